"""One file per schema that was released; none is ever changed afterwards."""
