# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of several modules for RDS."""

    ENGINE = r"""
options:
  engine:
    description: The engine. The instances of a cluster have the engine of the cluster. AWS cannot change it later.
    type: str
    default: aurora-postgresql
"""

    CLUSTER = r"""
options:
  engine_version:
    description:
      - A major version (V(16)) or a full one (V(16.6)).
      - A cluster that runs this version or a later one of the same major version is not changed. An older one is
        upgraded. A downgrade is refused.
    type: str
  allow_major_version_upgrade:
    description: Whether to upgrade the cluster to another major version if O(engine_version) requires it.
    type: bool
    default: false
  engine_lifecycle_support:
    description: Whether the cluster enters the paid Extended Support when the standard support of its version ends.
    type: str
    choices: [open-source-rds-extended-support, open-source-rds-extended-support-disabled]
  database_name:
    description: >-
      The name of the first database, 1 to 63 letters, digits and underscores with a letter first. AWS cannot change it
      later.
    type: str
  storage_encrypted:
    description: Whether the storage is encrypted with a KMS key. AWS cannot change it later.
    type: bool
  deletion_protection:
    description:
      - Whether AWS refuses to delete the cluster.
      - With O(state=absent) a protected cluster is refused, unless this is V(false) in the same task.
    type: bool
"""

    MAINTENANCE = r"""
options:
  preferred_maintenance_window:
    description: The weekly maintenance window in UTC, as C(ddd:hh:mm-ddd:hh:mm), at least 30 minutes.
    type: str
  apply_immediately:
    description: Whether to apply changes at once instead of in the maintenance window.
    type: bool
    default: true
"""

    MONITORING = r"""
options:
  monitoring_interval:
    description: The seconds between two samples of Enhanced Monitoring. V(0) turns it off.
    type: int
    choices: [0, 1, 5, 10, 15, 30, 60]
"""

    INSIGHTS = r"""
options:
  enable_performance_insights:
    description: Whether Performance Insights is enabled for all instances.
    type: bool
  performance_insights_retention_period:
    description: >-
      The number of days for which the data of Performance Insights is kept. V(7), a multiple of V(31) up to V(713), or
      V(731).
    type: int
  performance_insights_kms_key_id:
    description: The key that encrypts the data of Performance Insights, as ARN, id or C(alias/...).
    type: str
  database_insights_mode:
    description:
      - The mode of Database Insights.
      - With V(advanced), O(enable_performance_insights) is true and O(performance_insights_retention_period) is V(465)
        days, unless given otherwise.
    type: str
    choices: [standard, advanced]
"""

    PARAMETER_GROUP = r"""
options:
  name:
    description: >-
      The name of the parameter group, which identifies it. 1 to 255 letters, digits and single hyphens, with a letter
      first and no hyphen at the end. AWS stores it in lower case.
    type: str
    required: true
  family:
    description: The family, for example C(aurora-postgresql16). Required for the creation. AWS cannot change it later.
    type: str
  description:
    description: The description. If not given, it is the name. AWS cannot change it later.
    type: str
  parameters:
    description:
      - All parameters that differ from the engine's defaults. Other parameters are reset to their defaults.
      - If not given, the parameters are not changed.
    type: dict
"""
