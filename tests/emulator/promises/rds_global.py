"""What is promised of RDS: snapshots, restore and global clusters."""

from __future__ import annotations

from . import Rule

OPERATIONS: dict[str, str] = {
    "CreateDBClusterSnapshot": "DBClusterIdentifier DBClusterSnapshotIdentifier",
    "CreateGlobalCluster": (
        "DeletionProtection Engine EngineLifecycleSupport EngineVersion GlobalClusterIdentifier "
        "SourceDBClusterIdentifier StorageEncrypted Tags"
    ),
    "DeleteDBClusterSnapshot": "DBClusterSnapshotIdentifier",
    "DeleteGlobalCluster": "GlobalClusterIdentifier",
    "DescribeDBClusterSnapshots": "DBClusterIdentifier DBClusterSnapshotIdentifier",
    "DescribeGlobalClusters": "GlobalClusterIdentifier",
    "ModifyGlobalCluster": "DeletionProtection EngineVersion GlobalClusterIdentifier NewGlobalClusterIdentifier",
    "RemoveFromGlobalCluster": "DbClusterIdentifier GlobalClusterIdentifier",
    "SwitchoverGlobalCluster": "GlobalClusterIdentifier TargetDbClusterIdentifier",
}
RULES: tuple[Rule, ...] = ()
