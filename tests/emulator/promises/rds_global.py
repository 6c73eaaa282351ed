"""The rules of RDS for snapshots, restores, global clusters and managed master secrets."""

from __future__ import annotations

from . import Rule

_RESTORE = (
    "BackupRetentionPeriod CopyTagsToSnapshot DBClusterIdentifier DBClusterParameterGroupName DBSubnetGroupName "
    "DeletionProtection EnableCloudwatchLogsExports EnableIAMDatabaseAuthentication EngineLifecycleSupport KmsKeyId Port "
    "PreferredBackupWindow ServerlessV2ScalingConfiguration StorageType Tags VpcSecurityGroupIds"
)
OPERATIONS: dict[str, str] = {
    "CopyDBClusterSnapshot": (
        "CopyTags KmsKeyId PreSignedUrl SourceDBClusterSnapshotIdentifier Tags TargetDBClusterSnapshotIdentifier"
    ),
    "CreateDBClusterSnapshot": "DBClusterIdentifier DBClusterSnapshotIdentifier Tags",
    "CreateGlobalCluster": (
        "DatabaseName DeletionProtection Engine EngineLifecycleSupport EngineVersion GlobalClusterIdentifier "
        "SourceDBClusterIdentifier StorageEncrypted Tags"
    ),
    "DeleteDBClusterAutomatedBackup": "DbClusterResourceId",
    "DeleteDBClusterSnapshot": "DBClusterSnapshotIdentifier",
    "DeleteGlobalCluster": "GlobalClusterIdentifier",
    "DescribeDBClusterAutomatedBackups": "DBClusterIdentifier DbClusterResourceId Filters Marker MaxRecords",
    "DescribeDBClusterSnapshotAttributes": "DBClusterSnapshotIdentifier",
    "DescribeDBClusterSnapshots": (
        "DBClusterIdentifier DBClusterSnapshotIdentifier DbClusterResourceId Filters Marker MaxRecords SnapshotType"
    ),
    "DescribeGlobalClusters": "Filters GlobalClusterIdentifier Marker MaxRecords",
    "FailoverGlobalCluster": "AllowDataLoss GlobalClusterIdentifier Switchover TargetDbClusterIdentifier",
    "ModifyDBClusterSnapshotAttribute": "AttributeName DBClusterSnapshotIdentifier ValuesToAdd ValuesToRemove",
    "ModifyGlobalCluster": "AllowMajorVersionUpgrade DeletionProtection EngineVersion GlobalClusterIdentifier",
    "RemoveFromGlobalCluster": "DbClusterIdentifier GlobalClusterIdentifier",
    "RestoreDBClusterFromSnapshot": f"Engine EngineVersion SnapshotIdentifier {_RESTORE}",
    "RestoreDBClusterToPointInTime": (
        "RestoreToTime RestoreType SourceDBClusterIdentifier SourceDbClusterResourceId UseLatestRestorableTime "
        f"{_RESTORE}"
    ),
    "SwitchoverGlobalCluster": "GlobalClusterIdentifier TargetDbClusterIdentifier",
}
_OBSERVATION = (
    "EnablePerformanceInsights MonitoringInterval MonitoringRoleArn PerformanceInsightsKMSKeyId "
    "PerformanceInsightsRetentionPeriod"
)
REFUSED = {"RestoreDBClusterFromSnapshot": _OBSERVATION, "RestoreDBClusterToPointInTime": _OBSERVATION}
# The texts of the rules by source and name.
IMPLEMENTED: dict[str, dict[str, str]] = {
    "B": {
        "global-engine": "An empty global cluster needs Engine. A global cluster from an existing cluster refuses Engine, EngineVersion, DatabaseName and StorageEncrypted (`InvalidParameterCombination`).",
        "global-names": "The identifier of a global cluster is unique in the account (`GlobalClusterAlreadyExistsFault`), and its ARN has no Region. Every Region describes it.",
        "global-failover-arguments": "FailoverGlobalCluster accepts either AllowDataLoss or Switchover. With neither it switches over.",
        "snapshot-names": "The identifier of a snapshot is unique in its Region (`DBClusterSnapshotAlreadyExistsFault`).",
        "snapshot-states": "A snapshot needs an available cluster (`InvalidDBClusterStateFault`). It is `creating`, and cannot be restored or deleted until it is `available` (`InvalidDBClusterSnapshotStateFault`).",
        "snapshot-sharing": "A manual snapshot (`InvalidDBClusterSnapshotStateFault`) is shared by its attribute `restore` (`InvalidParameterValue`) with up to 20 accounts (`SharedSnapshotQuotaExceeded`), or with `all` if it is not encrypted (`InvalidParameterCombination`). A snapshot with the account's default key cannot be shared (`InvalidParameterCombination`; the code is known).",
        "snapshot-copies": "A copy of a snapshot is manual, and `copying` for some minutes, during which a deletion cancels it. It has tags only if the call says so. A copy from another Region names its source by ARN and needs a key of its own Region if the source is encrypted (`InvalidParameterCombination`, `KMSKeyNotAccessibleFault`); a copy of an unencrypted snapshot refuses a key. At most 20 copies from other Regions run at once (`SnapshotQuotaExceeded`).",
        "snapshot-tags": "A snapshot has the tags of the call, or the cluster's tags with CopyTagsToSnapshot.",
        "restore-forgets": "A restored cluster has default groups and no instances. It has deletion protection, tags, scaling and log exports only if the call sets them. Port, backup retention, master user and data are the source's.",
        "restore-key": "A restored cluster has the source's key or the given one. A restore of an unencrypted cluster to a point in time refuses a key (`InvalidParameterCombination`). The key of the source must be usable, whatever key is given (`KMSKeyNotAccessibleFault`).",
        "restore-time": "A restore of an existing cluster needs RestoreToTime or UseLatestRestorableTime; a clone (`copy-on-write`) accepts only the latter (`InvalidParameterCombination`). The time must be in the cluster's restorable period (`InvalidParameterValue`). A cluster that is being created has no backup (`InvalidDBClusterStateFault`).",
        "secret-refusals": "A rotation needs ApplyImmediately, and turning management off needs a MasterUserPassword. The key of a managed secret cannot change (`InvalidParameterCombination`).",
        "secret-end": "RDS deletes the secret with the cluster, and when management is turned off.",
    },
    "A aurora-restore-snapshot, USER_PIT": {
        "snapshot-automated": "RDS keeps automated snapshots for the backup retention period. Users cannot delete them (`InvalidDBClusterSnapshotStateFault`).",
        "backups-retained": "DeleteDBCluster without DeleteAutomatedBackups leaves the automated backups `retained` for the backup retention period. They can be restored by SourceDbClusterResourceId and deleted (`DBClusterAutomatedBackupNotFoundFault`). Those of an existing cluster are `active`, and cannot be deleted (`InvalidDBClusterAutomatedBackupStateFault`).",
        "snapshot-quota": "A Region has at most 100 manual snapshots (`SnapshotQuotaExceeded`).",
        "restore-window": "DescribeDBClusters returns the period to which a cluster can be restored: from the retention period ago, or the cluster's creation, to five minutes ago.",
    },
    "known": {
        "global-same-names": "Members in two Regions can have the same identifier, although the guide wants different ones.",
        "restore-version": "A restore without EngineVersion uses the snapshot's version, although the API reference names the default version. An older version is refused (`InvalidParameterCombination`).",
        "global-switchover-region": "A switchover must be called in the primary's Region (`InvalidGlobalClusterStateFault`).",
    },
    "A aurora-global-database": {
        "global-members": "A global cluster has one member per Region and at most 10 secondaries (`InvalidParameterCombination`). The secondaries and the primary's readers are limited to 15 together, a secondary's readers to 16.",
        "global-no-small-classes": "Members of a global cluster cannot have instances of the T classes (`InvalidParameterCombination`).",
        "global-no-managed-password": "RDS manages no member's password: a secondary refuses the parameter even if it is false, and a cluster with a managed password cannot become global (`InvalidParameterCombination`).",
        "global-version": "A new member has the global cluster's engine version (`InvalidParameterCombination`).",
        "global-minor": "ModifyGlobalCluster makes a minor upgrade of all members. ModifyDBCluster makes it for one member, the primary last (`InvalidParameterValue`).",
        "global-major": "Only ModifyGlobalCluster makes a major upgrade. It needs AllowMajorVersionUpgrade and refuses rds.global_db_rpo (`InvalidParameterCombination`). Afterwards all members have default parameter groups.",
        "global-protection": "DeleteGlobalCluster refuses a global cluster with deletion protection (`InvalidParameterCombination`).",
    },
    "A aurora-global-database-disaster-recovery": {
        "global-switchover": "A switchover takes a while. During it the global cluster and its FailoverState, which is `pending` in the answer, are `switching-over` (`failing-over` in a failover). Afterwards IsWriter shows the new roles.",
        "global-switchover-healthy": "A switchover needs all members available and on the same version, and an instance in the target (`InvalidDBClusterStateFault`).",
        "global-failover": "A failover with data loss makes the target the primary regardless of the old primary's state. RDS rebuilds the old primary as a secondary (`pending-resync`) and keeps its data in a snapshot `rds:unplanned-global-failover-...`.",
    },
    "T internal/service/rds/global_cluster.go": {
        "global-join-new": "Only a new cluster can join a global cluster. A restore and ModifyDBCluster cannot.",
        "global-wait-for-writer": "Until the primary has an available writer, RDS treats a new secondary like a primary and requires MasterUsername (`InvalidParameterValue`).",
        "global-secondary-credentials": "A secondary has the primary's user, password and database, and refuses its own (`InvalidParameterCombination`).",
        "global-secondary-key": "A secondary of an encrypted primary needs SourceRegion and a key of its own Region (`InvalidParameterCombination`, `KMSKeyNotAccessibleFault`).",
        "global-detach": "A detached secondary is `promoting`, then available, independent and writable. The primary can only be detached last (`InvalidGlobalClusterStateFault`).",
        "global-not-a-member": "Detach, switchover and failover need the ARN of a member (`InvalidParameterValue`).",
        "global-insights": "RDS resets the Performance and Database Insights of a new member, primary or secondary. Only a later modification sets them.",
        "global-member-deletion": "DeleteDBCluster refuses a member (`InvalidDBClusterStateFault`), and a primary with secondaries (`InvalidGlobalClusterStateFault`).",
        "global-empty": 'A global cluster "is not empty" for a while after its last member was detached (`InvalidGlobalClusterStateFault`).',
    },
    "I boto/boto3#4634": {
        "restore-insights": "A restore refuses Performance Insights and Enhanced Monitoring (`InvalidParameterCombination`).",
    },
    "A rds-secrets-manager": {
        "secret-managed": "RDS stores user and password in a secret `rds!cluster-...`, which is `creating`, then `active`. It refuses MasterUserPassword together with management (`InvalidParameterCombination`).",
        "secret-rotation": "A rotation stores a new password in the secret, which is `rotating`, then `active`.",
    },
}
MISSING = {
    "snapshot-shared-by-others": (
        "Snapshots that other accounts have shared (IncludeShared, IncludePublic).",
        "A aurora-share-snapshot",
    ),
    "restore-major": ("A restore into another major version.", "known"),
    "backups": (
        "The daily snapshots with the state `backing-up`, the quota of retained backups, and copies of automated backups in other Regions.",
        "B",
    ),
    "secret-schedule": ("The automatic rotation every seven days.", "A rds-secrets-manager"),
}
RULES: tuple[Rule, ...] = (
    *(Rule(name, text, source) for source, texts in IMPLEMENTED.items() for name, text in texts.items()),
    *(Rule(name, *row, missing=True) for name, row in MISSING.items()),
)
