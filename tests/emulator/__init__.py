"""A local AWS for the MTK backend: moto as a library, extended in-process."""
