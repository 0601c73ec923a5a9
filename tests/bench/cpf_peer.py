"""The peer of cpf_bench: configparser reads a CPF and a merge file over it, and writes the result.

strict=False, since real files repeat sections and keys; no interpolation, since values hold '%'. It prints
the seconds that reading, merging and writing took, without the start of python.
"""
import configparser
import io
import sys
import time


def main() -> None:
    base, overlay = (open(name, encoding="utf-8", newline="").read() for name in sys.argv[1:3])
    began = time.perf_counter()
    parser = configparser.ConfigParser(
        strict=False, interpolation=None, delimiters=("=",), comment_prefixes=(";", "#"), allow_no_value=True
    )
    parser.optionxform = str
    parser.read_string(base)
    parser.read_string(overlay)
    out = io.StringIO()
    parser.write(out, space_around_delimiters=False)
    print(f"{time.perf_counter() - began:.9f} 0")


main()
