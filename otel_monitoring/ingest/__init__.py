"""The taps on the SDK's extension points, and the way from SDK data to records."""
