"""A stand-in for the API of AWX 24.6.1: the objects that playbooks/awx.yml uses, with the refusals of AWX.

Its rules follow the serializers of AWX. It is stricter in one point: AWX ignores fields that it does not know, and the
stand-in refuses them, so that a misspelt field shows. It runs no jobs.
"""
