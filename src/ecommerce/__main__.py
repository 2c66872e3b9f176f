"""`python -m ecommerce` is `ecommerce`."""

from ecommerce.entrypoints.cli.app import main

if __name__ == "__main__":
    main()
