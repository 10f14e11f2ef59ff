"""What the evaluation computes with: values of many series at many steps."""
