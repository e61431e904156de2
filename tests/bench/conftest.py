"""The benchmarks are programs, not modules to collect tests from."""

collect_ignore = ["first_load.py", "flood.py", "minutes.py", "mixing.py", "phones.py", "startup.py", "tally.py"]
