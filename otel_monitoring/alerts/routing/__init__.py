"""From alerts that hold to who is told what, and when: what Alertmanager does, in the process."""
