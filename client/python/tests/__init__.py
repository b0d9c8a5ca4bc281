"""Tests of the Python client; CMake names the programs in CAPEXD, CAPEX and PROTOC.

    CAPEXD=build/release/bin/capexd CAPEX=build/release/bin/capex PYTHONPATH=client/python \\
        python3 -m unittest discover -s client/python/tests -t client/python -p '*_test.py'
"""
