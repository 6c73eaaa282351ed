# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The options that every module passes to boto3.

    They are those of amazon.aws. Galaxy imports a collection without its dependencies, and shows no documentation of a
    module whose fragments it cannot find.
    """

    DOCUMENTATION = r"""
options:
  region:
    description: The AWS region. If not given, E(AWS_REGION) or the region of the profile is used. IAM has no regions.
    type: str
    aliases: [aws_region]
  access_key:
    description: The id of an access key. If not given, boto3 looks for credentials, first in E(AWS_ACCESS_KEY_ID).
    type: str
    aliases: [aws_access_key_id, aws_access_key]
  secret_key:
    description: The secret of the access key. If not given, boto3 looks for credentials.
    type: str
    aliases: [aws_secret_access_key, aws_secret_key]
  session_token:
    description: The session token of temporary credentials. If not given, boto3 looks for credentials.
    type: str
    aliases: [aws_session_token]
  profile:
    description:
      - A profile of the AWS configuration files. If not given, E(AWS_PROFILE) is used.
      - It excludes O(access_key), O(secret_key) and O(session_token).
    type: str
    aliases: [aws_profile]
  endpoint_url:
    description: The URL that receives all requests, in place of AWS. If not given, E(AWS_ENDPOINT_URL) or AWS is used.
    type: str
    aliases: [aws_endpoint_url]
  aws_ca_bundle:
    description: A file with the certificates of the authorities to trust. If not given, E(AWS_CA_BUNDLE) is used.
    type: path
  validate_certs:
    description: Whether to verify the certificate of the server. Prefer O(aws_ca_bundle) to switching this off.
    type: bool
    default: true
  aws_config:
    description:
      - Options of botocore's client, such as C(read_timeout), as in
        U(https://botocore.amazonaws.com/v1/documentation/api/latest/reference/config.html).
    type: dict
  debug_botocore_endpoint_logs:
    description: Whether the result lists the operations that the module has requested, in C(resource_actions).
    type: bool
    default: false
requirements:
  - python >= 3.11
  - boto3 >= 1.44
  - botocore >= 1.44
notes:
  - With the local connection, as in the playbooks of this collection, the module reads the environment variables
    and AWS configuration files of the controller.
"""
