"""What is promised of RDS: snapshots, restore, global clusters and managed master secrets."""

from __future__ import annotations

from . import Rule

_RESTORE = (
    "BackupRetentionPeriod CopyTagsToSnapshot DBClusterIdentifier DBClusterParameterGroupName DBSubnetGroupName "
    "DeletionProtection EnableCloudwatchLogsExports EnableIAMDatabaseAuthentication EngineLifecycleSupport KmsKeyId Port "
    "PreferredBackupWindow ServerlessV2ScalingConfiguration StorageType Tags VpcSecurityGroupIds"
)
OPERATIONS: dict[str, str] = {
    "CreateDBClusterSnapshot": "DBClusterIdentifier DBClusterSnapshotIdentifier Tags",
    "CreateGlobalCluster": (
        "DatabaseName DeletionProtection Engine EngineLifecycleSupport EngineVersion GlobalClusterIdentifier "
        "SourceDBClusterIdentifier StorageEncrypted Tags"
    ),
    "DeleteDBClusterSnapshot": "DBClusterSnapshotIdentifier",
    "DeleteGlobalCluster": "GlobalClusterIdentifier",
    "DescribeDBClusterSnapshots": (
        "DBClusterIdentifier DBClusterSnapshotIdentifier DbClusterResourceId Marker MaxRecords SnapshotType"
    ),
    "DescribeGlobalClusters": "GlobalClusterIdentifier Marker MaxRecords",
    "FailoverGlobalCluster": "AllowDataLoss GlobalClusterIdentifier Switchover TargetDbClusterIdentifier",
    "ModifyGlobalCluster": "AllowMajorVersionUpgrade DeletionProtection EngineVersion GlobalClusterIdentifier",
    "RemoveFromGlobalCluster": "DbClusterIdentifier GlobalClusterIdentifier",
    "RestoreDBClusterFromSnapshot": f"Engine EngineVersion SnapshotIdentifier {_RESTORE}",
    "RestoreDBClusterToPointInTime": (
        f"RestoreToTime RestoreType SourceDBClusterIdentifier UseLatestRestorableTime {_RESTORE}"
    ),
    "SwitchoverGlobalCluster": "GlobalClusterIdentifier TargetDbClusterIdentifier",
}
_OBSERVATION = (
    "EnablePerformanceInsights MonitoringInterval MonitoringRoleArn PerformanceInsightsKMSKeyId "
    "PerformanceInsightsRetentionPeriod"
)
REFUSED = {"RestoreDBClusterFromSnapshot": _OBSERVATION, "RestoreDBClusterToPointInTime": _OBSERVATION}
# Rules by their sources, and by their names.
KEPT: dict[str, dict[str, str]] = {
    "B": {
        "global-engine": "An empty global cluster needs Engine; one made from a cluster refuses Engine, EngineVersion, "
        "DatabaseName and StorageEncrypted (`InvalidParameterCombination`).",
        "global-names": "A global cluster's identifier is taken once (`GlobalClusterAlreadyExistsFault`), its ARN has no "
        "region, and every region describes it.",
        "global-failover-arguments": "FailoverGlobalCluster takes AllowDataLoss or Switchover; with neither it switches.",
        "snapshot-names": "A snapshot's identifier is taken once per region (`DBClusterSnapshotAlreadyExistsFault`).",
        "snapshot-states": "A snapshot is taken of an available cluster (`InvalidDBClusterStateFault`). It is "
        "`creating`, and until `available` not restored or deleted (`InvalidDBClusterSnapshotStateFault`).",
        "snapshot-tags": "A snapshot has the tags of the call, or with CopyTagsToSnapshot the cluster's.",
        "restore-forgets": "A restored cluster has no instances, default groups, and no protection, tags, scaling or "
        "log exports but those of the call; port, backup retention, master user and data are the source's.",
        "restore-key": "A restored cluster has the source's key or the one given; a point in time of an unencrypted "
        "cluster takes none (`InvalidParameterCombination`).",
        "restore-time": "A restore of a cluster that is there is to RestoreToTime or UseLatestRestorableTime, a clone "
        "(`copy-on-write`) only to the latter (`InvalidParameterCombination`), and to a time that it tells "
        "(`InvalidParameterValue`); while it is created it has no backup (`InvalidDBClusterStateFault`).",
        "secret-refusals": "A rotation needs ApplyImmediately, turning management off a MasterUserPassword, and the "
        "key of a managed secret does not change (`InvalidParameterCombination`).",
        "secret-end": "The secret is deleted with the cluster, and when management is turned off.",
    },
    "A aurora-restore-snapshot, USER_PIT": {
        "snapshot-automated": "What RDS takes by itself is kept as long as backups are, and nobody can delete it "
        "(`InvalidDBClusterSnapshotStateFault`).",
        "snapshot-quota": "There are 100 manual snapshots per region at most (`SnapshotQuotaExceeded`).",
        "restore-window": "A cluster tells from when (the retention period ago, or its creation) to when (five minutes "
        "ago) it can be restored.",
    },
    "known": {
        "global-same-names": "Members in two Regions may have the same identifier (the guide wants them to differ).",
        "restore-version": "Without EngineVersion a restore has the snapshot's version (the API reference says the "
        "default one); an older one is refused (`InvalidParameterCombination`).",
        "global-switchover-region": "A switchover is asked of the primary's region (`InvalidGlobalClusterStateFault`).",
    },
    "A aurora-global-database": {
        "global-members": "A global cluster has one member per region and 10 secondaries at most "
        "(`InvalidParameterCombination`); these and the primary's readers are 15, a secondary's readers 16.",
        "global-no-small-classes": "Members have no instances of the T classes (`InvalidParameterCombination`).",
        "global-no-managed-password": "No member's password is managed: a secondary refuses the parameter even when "
        "false, a cluster with a managed one does not become global (`InvalidParameterCombination`).",
        "global-version": "A member has the global cluster's engine version (`InvalidParameterCombination`).",
        "global-minor": "Minor upgrades: of all members by ModifyGlobalCluster, or one by one, the primary last "
        "(`InvalidParameterValue`).",
        "global-major": "Major upgrades: only by ModifyGlobalCluster with AllowMajorVersionUpgrade, without "
        "rds.global_db_rpo (`InvalidParameterCombination`); all members then have default parameter groups.",
        "global-protection": "A protected global cluster is not deleted (`InvalidParameterCombination`).",
    },
    "A aurora-global-database-disaster-recovery": {
        "global-switchover": "A switchover takes a while; the global cluster and its FailoverState, `pending` in the "
        "answer, are `switching-over` (`failing-over` in a failover). Then IsWriter shows the roles changed.",
        "global-switchover-healthy": "A switchover needs every member available and of one version, and the target an "
        "instance (`InvalidDBClusterStateFault`).",
        "global-failover": "A failover with data loss makes the target primary whatever the old one's state, which is "
        "rebuilt (`pending-resync`) as a secondary and leaves a snapshot `rds:unplanned-global-failover-...`.",
    },
    "T internal/service/rds/global_cluster.go": {
        "global-join-new": "Only a new cluster joins a global cluster: neither a restore nor a change does.",
        "global-wait-for-writer": "Until the primary has an available writer, a secondary is taken for a primary, and "
        "MasterUsername is asked for (`InvalidParameterValue`).",
        "global-secondary-credentials": "A secondary has the primary's user, password and database, and takes none "
        "(`InvalidParameterCombination`).",
        "global-secondary-key": "A secondary of an encrypted primary needs SourceRegion and a key of its region "
        "(`InvalidParameterCombination`, `KMSKeyNotAccessibleFault`).",
        "global-detach": "A detached secondary is `promoting`, then available, alone and writable. The primary leaves "
        "last (`InvalidGlobalClusterStateFault`).",
        "global-not-a-member": "Detaching what is no member, or is not named by its ARN, is `InvalidParameterValue`; so "
        "it is for the target of a switchover or failover.",
        "global-insights": "Performance and Database Insights that the creation of a member asks for, primary or "
        "secondary, are reset: only a modification afterwards holds.",
        "global-member-deletion": "A member is not deleted (`InvalidDBClusterStateFault`), nor a primary with "
        "secondaries (`InvalidGlobalClusterStateFault`).",
        "global-empty": 'A global cluster "is not empty" for a while after the last member has left '
        "(`InvalidGlobalClusterStateFault`).",
    },
    "I boto/boto3#4634": {
        "restore-insights": "A restore takes neither Performance Insights nor Enhanced Monitoring "
        "(`InvalidParameterCombination`).",
    },
    "A rds-secrets-manager": {
        "secret-managed": "RDS keeps user and password in a secret `rds!cluster-...`, `creating`, then `active`; "
        "MasterUserPassword beside it is refused (`InvalidParameterCombination`).",
        "secret-rotation": "A rotation puts a new password into the secret, which is `rotating`, then `active`.",
    },
}
MISSING = {
    "snapshot-sharing": ("Snapshots shared with other accounts, and their attributes.", "B"),
    "restore-major": ("A restore into another major version.", "known"),
    "snapshot-copies": ("Copies of snapshots, to other regions too.", "B"),
    "backups": (
        "Automated backups: their description, the daily snapshots, what is kept of a deleted cluster "
        "(DeleteAutomatedBackups is taken, and nothing shows it; SourceDbClusterResourceId), the `backing-up` of each day.",
        "B",
    ),
    "secret-schedule": ("The rotation every seven days by itself.", "A rds-secrets-manager"),
}
RULES: tuple[Rule, ...] = (
    *(Rule(name, text, source) for source, texts in KEPT.items() for name, text in texts.items()),
    *(Rule(name, *row, missing=True) for name, row in MISSING.items()),
)
