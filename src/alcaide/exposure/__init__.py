"""Where the estate can be hacked: reports taken in, findings, time limits."""
