"""What is promised of RDS: snapshots, restore, global clusters and managed master secrets."""

from __future__ import annotations

from . import Rule

_RESTORE = (
    "BackupRetentionPeriod CopyTagsToSnapshot DBClusterIdentifier DBClusterParameterGroupName DBSubnetGroupName "
    "DeletionProtection EnableCloudwatchLogsExports EnableIAMDatabaseAuthentication EngineLifecycleSupport KmsKeyId "
    "Port PreferredBackupWindow ServerlessV2ScalingConfiguration StorageType Tags VpcSecurityGroupIds"
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
    "DescribeDBClusterSnapshots": (
        "DBClusterIdentifier DBClusterSnapshotIdentifier DbClusterResourceId Filters Marker MaxRecords SnapshotType"
    ),
    "DescribeGlobalClusters": "Filters GlobalClusterIdentifier Marker MaxRecords",
    "FailoverGlobalCluster": "AllowDataLoss GlobalClusterIdentifier Switchover TargetDbClusterIdentifier",
    "ModifyGlobalCluster": (
        "AllowMajorVersionUpgrade DeletionProtection EngineVersion GlobalClusterIdentifier NewGlobalClusterIdentifier"
    ),
    "RemoveFromGlobalCluster": "DbClusterIdentifier GlobalClusterIdentifier",
    "RestoreDBClusterFromSnapshot": f"AvailabilityZones Engine EngineVersion SnapshotIdentifier {_RESTORE}",
    "RestoreDBClusterToPointInTime": (
        "RestoreToTime RestoreType SourceDBClusterIdentifier SourceDbClusterResourceId UseLatestRestorableTime "
        f"{_RESTORE}"
    ),
    "SwitchoverGlobalCluster": "GlobalClusterIdentifier TargetDbClusterIdentifier",
}


# Rules by their sources, and by their names.
KEPT: dict[str, dict[str, str]] = {
    "B": {
        "global-engine": "An empty global cluster needs an engine; one made from a cluster refuses Engine, "
        "EngineVersion, DatabaseName and StorageEncrypted (`InvalidParameterCombination`).",
        "global-names": "A global cluster's identifier is kept in lower case; a second one of the name is refused "
        "(`GlobalClusterAlreadyExistsFault`), an unknown one too (`GlobalClusterNotFoundFault`, HTTP 404).",
        "global-arn": "A global cluster's ARN has no region, and every region describes it, with filters and pages.",
        "global-rename": "ModifyGlobalCluster changes the identifier, and with it the ARN; the members stay.",
        "global-failover-arguments": "FailoverGlobalCluster refuses AllowDataLoss together with Switchover; without "
        "either it switches over.",
        "snapshot-names": "A snapshot's name is taken once per region (`DBClusterSnapshotAlreadyExistsFault`) and "
        "kept in lower case; an unknown one is `DBClusterSnapshotNotFoundFault`.",
        "snapshot-states": "A snapshot is `creating`, then `available`; until then it is neither copied, restored "
        "nor deleted (`InvalidDBClusterSnapshotStateFault`). boto3's waiters work.",
        "snapshot-needs-available": "A snapshot of a cluster that is not available is refused "
        "(`InvalidDBClusterStateFault`).",
        "snapshot-copy-key": "A copy keeps the source's key or takes the one given; into another region an encrypted "
        "one needs a key of that region, and an unencrypted one takes none (`InvalidParameterCombination`).",
        "snapshot-copy-tags": "A copy gets the source's tags only with CopyTags.",
        "restore-time": "A restore to a point in time takes either RestoreToTime or UseLatestRestorableTime, and a "
        "clone (copy-on-write) no RestoreToTime (`InvalidParameterCombination`).",
        "restore-forgets": "A restored cluster is new: default groups, no protection, tags, scaling or exports "
        "unless the call gives them; port, backup retention, master user and data are the source's. It has no "
        "instances.",
        "restore-key": "A restore keeps the source's key or takes the one given; a point in time of an unencrypted "
        "cluster takes none (`InvalidParameterCombination`).",
        "backups-retained": "With DeleteAutomatedBackups=false the backups outlive the cluster as `retained`, can be "
        "restored by SourceDbClusterResourceId until retention ends, and deleted; those of a living cluster cannot "
        "(`InvalidDBClusterAutomatedBackupStateFault`).",
        "secret-apply": "RotateMasterUserPassword needs ApplyImmediately (`InvalidParameterCombination`).",
        "secret-off": "Turning the managed master password off needs a MasterUserPassword in the same call "
        "(`InvalidParameterCombination`), and deletes the secret; so does deleting the cluster.",
        "secret-key": "The key of a managed secret cannot change while RDS manages it (`InvalidParameterCombination`).",
    },
    "A aurora-restore-snapshot, USER_PIT": {
        "snapshot-automated": "Once a day, when the backup window opens, a snapshot `rds:<cluster>-<time>` is there, "
        "for as long as backups are kept; nobody can delete it (`InvalidDBClusterSnapshotStateFault`).",
        "snapshot-tags": "A snapshot has the cluster's tags where CopyTagsToSnapshot is set and the call gives none.",
        "snapshot-quota": "There are 100 manual snapshots per region at most (`SnapshotQuotaExceeded`).",
        "restore-window": "The earliest moment is the retention period ago or the cluster's creation, the latest "
        "five minutes ago; any other is refused (`InvalidParameterValue`).",
    },
    "known": {
        "restore-version": "Without EngineVersion a restore from a snapshot has the snapshot's version (the API "
        "reference says the default version); an older one is refused (`InvalidParameterCombination`).",
        "global-switchover-region": "A switchover is asked of the primary's region (`InvalidGlobalClusterStateFault`).",
    },
    "A aurora-global-database": {
        "global-one-per-region": "A global cluster has one member per region (`InvalidParameterCombination`).",
        "global-ten-secondaries": "A global cluster has at most 10 secondaries (`InvalidParameterCombination`).",
        "global-readers": "The primary's readers and the secondaries are at most 15 together; a secondary has up to "
        "16.",
        "global-headless": "A secondary may have no instance, and then cannot become primary "
        "(`InvalidDBClusterStateFault`).",
        "global-no-small-classes": "Members have no instances of the T classes (`InvalidParameterCombination`).",
        "global-no-managed-password": "No member's master password is managed: a secondary refuses the parameter "
        "even when false, and a cluster with a managed one does not become global (`InvalidParameterCombination`).",
        "global-version": "A member has the global cluster's engine version (`InvalidParameterCombination`).",
        "global-minor": "Minor upgrades: of all members by ModifyGlobalCluster, or one by one with the primary last "
        "(`InvalidParameterValue`).",
        "global-major": "Major upgrades: only by ModifyGlobalCluster with AllowMajorVersionUpgrade, without "
        "rds.global_db_rpo; all members then have default parameter groups (`InvalidParameterCombination`).",
        "global-protection": "A protected global cluster is not deleted (`InvalidParameterCombination`).",
    },
    "A aurora-global-database-disaster-recovery": {
        "global-switchover": "A switchover takes a while, with FailoverState; then primary and secondary have "
        "changed places, and IsWriter says so. All members stay.",
        "global-switchover-healthy": "A switchover needs every member available and the target with an instance of "
        "the primary's version (`InvalidDBClusterStateFault`).",
        "global-failover": "A failover with data loss makes the target primary, whatever the state of the old one, "
        "which is rebuilt (`pending-resync`) as a secondary and leaves a snapshot "
        "`rds:unplanned-global-failover-...`.",
    },
    "T internal/service/rds/global_cluster.go": {
        "global-join-new": "Only a new cluster joins: neither a restore nor a change takes a global cluster.",
        "global-wait-for-writer": "Until the primary has an available writer, a secondary is taken for a primary: "
        "AWS asks for MasterUsername (`InvalidParameterValue`).",
        "global-secondary-credentials": "A secondary takes no user name, password or database name "
        "(`InvalidParameterCombination`); it has the primary's.",
        "global-secondary-key": "A secondary of an encrypted primary needs a KmsKeyId of its region "
        "(`KMSKeyNotAccessibleFault` for another's) and SourceRegion (`InvalidParameterCombination`).",
        "global-detach": "A detached secondary is `promoting`, then available, alone and writable. The primary "
        "leaves last (`InvalidGlobalClusterStateFault`).",
        "global-not-a-member": "Detaching what is no member, or is not named by its ARN, is `InvalidParameterValue` "
        '"is not found in global cluster".',
        "global-member-deletion": "A member is not deleted (`InvalidDBClusterStateFault`), nor a primary with "
        "secondaries (`InvalidGlobalClusterStateFault`).",
        "global-empty": 'A global cluster with members, and for a while after the last one has left, "is not empty" '
        "(`InvalidGlobalClusterStateFault`).",
    },
    "A rds-secrets-manager": {
        "secret-managed": "RDS keeps user name and password in a secret `rds!cluster-...` of its own, `creating`, "
        "then `active`; it excludes MasterUserPassword (`InvalidParameterCombination`).",
        "secret-rotation": "A rotation puts a new password into the secret, and `rotating` passes into `active`.",
    },
}
RULES: tuple[Rule, ...] = (
    *(Rule(name, text, source) for source, texts in KEPT.items() for name, text in texts.items()),
    Rule(
        "snapshot-sharing",
        "Snapshots shared with other accounts, public ones, and their attributes.",
        "B",
        missing=True,
    ),
    Rule("restore-major", "A restore into another major version.", "known", missing=True),
    Rule(
        "global-write-forwarding",
        "Write forwarding of secondaries, global write forwarding in particular.",
        "A aurora-global-database-disaster-recovery",
        missing=True,
    ),
    Rule("secret-schedule", "The rotation every seven days by itself.", "A rds-secrets-manager", missing=True),
    Rule(
        "restore-insights",
        "Performance Insights and Enhanced Monitoring in a restore, which AWS refuses for Aurora.",
        "I boto/boto3#4634",
        missing=True,
    ),
)
