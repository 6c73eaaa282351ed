"""What the product needs of IAM: recorded on the local AWS, and compared with the four policies."""
