"""The benchmarks are programs, not modules to collect tests from."""

collect_ignore = ["phones.py", "startup.py"]
