"""The evaluation of IAM's policies. The local AWS loads most of it only when it enforces them."""
