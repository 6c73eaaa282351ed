"""Clients that others wrote, run against the local AWS: modules of amazon.aws and community.aws."""
