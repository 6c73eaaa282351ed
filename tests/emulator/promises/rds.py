"""What is promised of RDS: Aurora PostgreSQL."""

from __future__ import annotations

from . import Rule, Service, rds_global

# fmt: off
OPERATIONS: dict[str, str] = {
    "AddTagsToResource": "ResourceName Tags",
    "CreateDBCluster":
        "AutoMinorVersionUpgrade BackupRetentionPeriod CopyTagsToSnapshot DBClusterIdentifier "
        "DBClusterParameterGroupName DBSubnetGroupName DatabaseInsightsMode DatabaseName DeletionProtection "
        "EnableCloudwatchLogsExports EnableHttpEndpoint EnableIAMDatabaseAuthentication EnablePerformanceInsights "
        "Engine EngineLifecycleSupport EngineMode EngineVersion GlobalClusterIdentifier KmsKeyId "
        "ManageMasterUserPassword MasterUserPassword MasterUserSecretKmsKeyId "
        "MasterUsername MonitoringInterval MonitoringRoleArn PerformanceInsightsKMSKeyId "
        "PerformanceInsightsRetentionPeriod Port PreSignedUrl PreferredBackupWindow PreferredMaintenanceWindow "
        "ServerlessV2ScalingConfiguration StorageEncrypted StorageType Tags VpcSecurityGroupIds",
    "CreateDBClusterParameterGroup": "DBClusterParameterGroupName DBParameterGroupFamily Description Tags",
    "CreateDBInstance":
        "AutoMinorVersionUpgrade AvailabilityZone CACertificateIdentifier CopyTagsToSnapshot DBClusterIdentifier "
        "DBInstanceClass DBInstanceIdentifier DBParameterGroupName Engine MonitoringInterval MonitoringRoleArn "
        "PreferredMaintenanceWindow PromotionTier PubliclyAccessible Tags",
    "CreateDBParameterGroup": "DBParameterGroupFamily DBParameterGroupName Description Tags",
    "CreateDBSubnetGroup": "DBSubnetGroupDescription DBSubnetGroupName SubnetIds Tags",
    "DeleteDBCluster": "DBClusterIdentifier DeleteAutomatedBackups FinalDBSnapshotIdentifier SkipFinalSnapshot",
    "DeleteDBClusterParameterGroup": "DBClusterParameterGroupName",
    "DeleteDBInstance": "DBInstanceIdentifier SkipFinalSnapshot",
    "DeleteDBParameterGroup": "DBParameterGroupName",
    "DeleteDBSubnetGroup": "DBSubnetGroupName",
    "DescribeDBClusterParameterGroups": "DBClusterParameterGroupName Marker MaxRecords",
    "DescribeDBClusterParameters": "DBClusterParameterGroupName Filters Marker MaxRecords Source",
    "DescribeDBClusters": "DBClusterIdentifier Filters Marker MaxRecords",
    "DescribeDBEngineVersions": "DefaultOnly Engine EngineVersion Marker MaxRecords",
    "DescribeDBInstances": "DBInstanceIdentifier Filters Marker MaxRecords",
    "DescribeDBParameterGroups": "DBParameterGroupName Marker MaxRecords",
    "DescribeDBParameters": "DBParameterGroupName Filters Marker MaxRecords Source",
    "DescribeDBSubnetGroups": "DBSubnetGroupName Marker MaxRecords",
    "DescribeEvents": "Duration EndTime EventCategories Marker MaxRecords SourceIdentifier SourceType StartTime",
    "DisableHttpEndpoint": "ResourceArn",
    "EnableHttpEndpoint": "ResourceArn",
    "FailoverDBCluster": "DBClusterIdentifier TargetDBInstanceIdentifier",
    "ListTagsForResource": "ResourceName",
    "ModifyDBCluster":
        "AllowMajorVersionUpgrade ApplyImmediately AutoMinorVersionUpgrade BackupRetentionPeriod "
        "CloudwatchLogsExportConfiguration CopyTagsToSnapshot DBClusterIdentifier DBClusterParameterGroupName "
        "DBInstanceParameterGroupName DatabaseInsightsMode DeletionProtection EnableIAMDatabaseAuthentication "
        "EnablePerformanceInsights EngineLifecycleSupport EngineVersion ManageMasterUserPassword MasterUserPassword "
        "MasterUserSecretKmsKeyId MonitoringInterval MonitoringRoleArn "
        "PerformanceInsightsKMSKeyId PerformanceInsightsRetentionPeriod Port PreferredBackupWindow "
        "PreferredMaintenanceWindow RotateMasterUserPassword ServerlessV2ScalingConfiguration StorageType "
        "VpcSecurityGroupIds",
    "ModifyDBClusterParameterGroup": "DBClusterParameterGroupName Parameters",
    "ModifyDBInstance":
        "ApplyImmediately AutoMinorVersionUpgrade CACertificateIdentifier CopyTagsToSnapshot DBInstanceClass "
        "DBInstanceIdentifier DBParameterGroupName MonitoringInterval MonitoringRoleArn PreferredMaintenanceWindow PromotionTier PubliclyAccessible",
    "ModifyDBParameterGroup": "DBParameterGroupName Parameters",
    "ModifyDBSubnetGroup": "DBSubnetGroupDescription DBSubnetGroupName SubnetIds",
    "RebootDBInstance": "DBInstanceIdentifier",
    "RemoveTagsFromResource": "ResourceName TagKeys",
    "ResetDBClusterParameterGroup": "DBClusterParameterGroupName Parameters ResetAllParameters",
    "ResetDBParameterGroup": "DBParameterGroupName Parameters ResetAllParameters",
    "StartDBCluster": "DBClusterIdentifier",
    "StopDBCluster": "DBClusterIdentifier",
}
_OF_THE_CLUSTER = (
    "AllocatedStorage BackupRetentionPeriod DatabaseInsightsMode DeletionProtection EnableIAMDatabaseAuthentication "
    "EngineLifecycleSupport ManageMasterUserPassword MasterUserPassword MasterUserSecretKmsKeyId MultiAZ NetworkType "
    "PreferredBackupWindow StorageType VpcSecurityGroupIds"
)
REFUSED = {
    "CreateDBInstance": f"{_OF_THE_CLUSTER} DBName EnableCloudwatchLogsExports KmsKeyId MasterUsername Port",
    "DeleteDBInstance": "FinalDBSnapshotIdentifier",
    "ModifyDBCluster": "EnableHttpEndpoint",
    "ModifyDBInstance": (
        f"{_OF_THE_CLUSTER} AllowMajorVersionUpgrade CloudwatchLogsExportConfiguration DBPortNumber EngineVersion "
        "RotateMasterUserPassword"
    ),
    "RebootDBInstance": "ForceFailover",
}
RULES: tuple[Rule, ...] = (
    Rule("identifiers", "Identifiers have 1 to 63 letters, digits and single hyphens, a letter first "
         "(`InvalidParameterValue`); they are kept in lower case.", "A, B"),
    Rule("unique-names", "A name that is taken is refused: `DBClusterAlreadyExistsFault`, "
         "`DBInstanceAlreadyExists`.", "B"),
    Rule("wire-codes", "Error codes and HTTP statuses are those of the model, not the shapes' names; "
         "`InvalidParameterValue` and `InvalidParameterCombination` besides.", "B, T"),
    Rule("describe", "Describe calls take names, ARNs and known filters (`InvalidParameterValue`), and come in pages "
         "of 20 to 100.", "B"),
    Rule("master-user", "MasterUsername has 1 to 63 letters and digits, a letter first, and is not reserved; else "
         "`InvalidParameterValue`.", "A"),
    Rule("master-password", "MasterUserPassword has 8 to 99 printable characters without `/`, `'`, `\"`, `@`, space; "
         "else `InvalidParameterValue`.", "A"),
    Rule("database-name", "DatabaseName has 1 to 63 letters, digits and underscores, a letter first; else "
         "`InvalidParameterValue`.", "A"),
    Rule("versions", "Unknown versions are refused with `InvalidParameterValue`; a bare major version means its "
         "default minor one.", "A, known"),
    Rule("upgrade-targets", "DescribeDBEngineVersions tells the upgrades of each version, never to one released "
         "earlier.", "A, B"),
    Rule("lifecycle", "EngineLifecycleSupport is one of two values (`InvalidParameterValue`), by default the one that "
         "enrols into paid Extended Support; it changes at once.", "B"),
    Rule("upgrade", "An upgrade leads to a target of the version (`InvalidParameterCombination`) and needs an instance "
         "(`InvalidDBClusterStateFault`).", "A, B, T"),
    Rule("major-upgrade", "A major upgrade needs AllowMajorVersionUpgrade and new groups for custom ones, "
         "DBInstanceParameterGroupName is for it only (`InvalidParameterCombination`); a snapshot `preupgrade-...` is "
         "taken.", "B, T"),
    Rule("storage-type", "StorageType is `aurora`, which reads back absent, or `aurora-iopt1`; else "
         "`InvalidParameterValue`.", "B, T"),
    Rule("storage-once", "`aurora-iopt1` can be chosen once in 30 days (`InvalidParameterCombination`) and left at any "
         "time.", "A; code known"),
    Rule("encryption", "Without StorageEncrypted a cluster reads `false`, `sse-rds` and no key, with it `true`, "
         "`sse-kms` and a key, `alias/aws/rds` by default.", "A overview-encryption"),
    Rule("key-lost", "When its key cannot be used any more a cluster and its instances are stopped in "
         "`inaccessible-encryption-credentials-recoverable`: StartDBCluster brings them back once the key is there again "
         "(`KMSKeyNotAccessibleFault`), after seven days they stay in `inaccessible-encryption-credentials`, where "
         "members of a global cluster with others are at once. A last snapshot needs the key, too.",
         "A Overview.Encryption; B"),
    Rule("keys", "A key that is unknown, disabled or elsewhere is refused with `KMSKeyNotAccessibleFault`; one without "
         "StorageEncrypted with `InvalidParameterCombination`.", "B"),
    Rule("retention-port", "BackupRetentionPeriod is 1 to 35 days, Port 1150 to 65535; else "
         "`InvalidParameterValue`.", "B"),
    Rule("windows", "Windows last 30 minutes (`InvalidParameterValue`), do not overlap "
         "(`InvalidParameterCombination`), read back in lower case.", "B, T"),
    Rule("zones", "The storage lies in three zones: those of the subnets, and others up to three.", "B; known"),
    Rule("network", "Security groups are there (`InvalidParameterValue`) and of the VPC of the subnet group "
         "(`InvalidParameterCombination`).", "T"),
    Rule("capacity", "Serverless v2 ranges are 0 to 256 ACU in halves, the maximum at least 1; 0 and above 128 only "
         "where the version allows it; else `InvalidParameterValue`.", "A, T"),
    Rule("auto-pause", "SecondsUntilAutoPause is 300 to 86400, and kept only while the minimum is 0.", "A, B, T"),
    Rule("capacity-reboot", "Another maximum capacity leaves db.serverless members `pending-reboot`.", "A"),
    Rule("scaling-first", "The scaling configuration comes before the first db.serverless instance: "
         "`InvalidParameterCombination`.", "A"),
    Rule("insights-advanced", "DatabaseInsightsMode `advanced` demands Performance Insights with 465 days in the same "
         "call: `InvalidParameterCombination`.", "A, I TF#41792"),
    Rule("insights", "Retention is 7, 731 or 31 by months (`InvalidParameterValue`), needs Performance Insights on, "
         "and the key never changes (`InvalidParameterCombination`).", "B, known"),
    Rule("insights-inherited", "Instances have the insights of their cluster and its monitoring, or their own "
         "monitoring while it has none: `InvalidParameterCombination`.", "A, B, T"),
    Rule("service-role", "The first cluster or instance makes the service-linked role `AWSServiceRoleForRDS`.", "A"),
    Rule("monitoring", "MonitoringInterval is 0, 1, 5, 10, 15, 30 or 60; all but 0 go with a MonitoringRoleArn that "
         "RDS may assume: in the first seconds after it was made it is refused (`InvalidParameterValue`).", "B, T"),
    Rule("log-exports", "Logs are `postgresql`, `instance`, `iam-db-auth-error` (`InvalidParameterCombination`); "
         "Modify takes deltas.", "B"),
    Rule("http-endpoint", "The Data API has calls of its own; ModifyDBCluster refuses EnableHttpEndpoint: "
         "`InvalidParameterCombination`.", "B, T"),
    Rule("modify-at-once", "Port, windows, security groups, parameter group, scaling range, protection and the master password "
         "change at once; another port restarts the instances.", "A, B, known"),
    Rule("pending-values", "Other changes wait in PendingModifiedValues, absent when empty; any call with "
         "ApplyImmediately applies all of them.", "A, B, T"),
    Rule("maintenance-window", "Pending values of clusters and instances are applied when the maintenance window "
         "comes.", "A, B"),
    Rule("states", "What is made, changed or deleted takes its time; after a Modify the state stays `available` for "
         "some seconds. A password is `resetting-master-credentials`, IAM authentication `update-iam-db-auth`, another "
         "monitoring interval `configuring-enhanced-monitoring`, an upgrade `upgrading`; other log exports are "
         "`configuring-log-exports` in the instances.", "A, T, known"),
    Rule("wrong-state", "Changes, and the deletion of a cluster, are refused in another state and in the seconds of "
         "`available` after a Modify: `InvalidDBClusterStateFault`, `InvalidDBInstanceState`, `InvalidResourceStateFault`.", "B, T"),
    Rule("backing-up", "While a manual snapshot is taken its cluster is `backing-up`, and not changed, stopped or "
         "deleted (`InvalidDBClusterStateFault`).", "A; which calls is known"),
    Rule("stop-start", "A stopped cluster is neither changed nor deleted, and starts by itself after seven days; one "
         "with other members of its global cluster is not stopped: `InvalidDBClusterStateFault`.", "A"),
    Rule("failover", "The first instance is the writer; a target, or the reader of the lowest tier, then the largest, "
         "takes over (`InvalidDBInstanceState`).", "A, B"),
    Rule("failure", "What fails shows its state, values that were being applied stay as they were, and DescribeEvents "
         "tells the reason.", "A"),
    Rule("delete", "A cluster is deleted when it is not protected (`InvalidParameterCombination`; its instances are "
         "not) and all its instances are `deleting` (`InvalidDBClusterStateFault`).", "A, T"),
    Rule("final-snapshot", "FinalDBSnapshotIdentifier must be there unless SkipFinalSnapshot is, and not beside it; "
         "never for an instance: `InvalidParameterCombination`.", "A, B, T"),
    Rule("quotas", "40 clusters (`DBClusterQuotaExceededFault`, HTTP 403), 40 instances, 15 readers in a cluster "
         "(`InstanceQuotaExceeded`).", "A chap-limits, B"),
    Rule("cluster-owned", "What belongs to the cluster is refused for its instances: "
         "`InvalidParameterCombination`.", "B"),
    Rule("classes", "Classes on which Aurora PostgreSQL does not run: `InvalidParameterCombination`; unknown ones: "
         "`InvalidParameterValue`.", "A"),
    Rule("instance-attributes", "PromotionTier is 0 to 15 (`InvalidParameterValue`), the zone one of the subnet group "
         "(`InvalidVPCNetworkStateFault`), the authority known (`CertificateNotFound`).", "A, B"),
    Rule("instance-pending", "Class, authority and name of an instance wait for its maintenance window unless "
         "ApplyImmediately is given.", "A, B"),
    Rule("force-failover", "RebootDBInstance of a member refuses ForceFailover: "
         "`InvalidParameterCombination`.", "known"),
    Rule("group-names", "Parameter groups have 1 to 255 letters, digits and single hyphens (`InvalidParameterValue`), "
         "and fit a major version by their family (`InvalidParameterCombination`).", "A, B"),
    Rule("group-not-found", "A missing group is `DBClusterParameterGroupNotFound` where a cluster wants it, "
         "`DBParameterGroupNotFound` elsewhere.", "B"),
    Rule("group-limits", "50 groups of either kind (`DBParameterGroupQuotaExceeded`); one in use is not deleted "
         "(`InvalidDBParameterGroupState`).", "A chap-limits, T"),
    Rule("group-pending", "For some seconds after a change a parameter group has pending changes and is not reset: "
         "`InvalidDBParameterGroupState`.", "T"),
    Rule("group-held", "A parameter group cannot be deleted for some minutes after its last user has gone: "
         "`InvalidDBParameterGroupState`.", "T"),
    Rule("default-groups", "The default groups are there and cannot be changed: `InvalidParameterValue`.", "A, B"),
    Rule("parameters", "Up to 20 parameters in a call, with values that are allowed (`InvalidParameterValue`); "
         "`immediate` for dynamic ones only (`InvalidParameterCombination`).", "A, B"),
    Rule("parameter-sources", "Source is `user`, `system` or `engine-default`, the last also where the user gave the "
         "engine's own value.", "B, known"),
    Rule("force-ssl", "`rds.force_ssl` is 1 from version 17 on, and 0 before.", "A aurorapostgresql-security"),
    Rule("pending-reboot", "Static parameters and other groups are `pending-reboot` until the instance "
         "restarts.", "A, B"),
    Rule("subnet-group-names", "The name has up to 255 letters, digits, spaces, `.`, `_` and `-`, a letter first, is "
         "not `default` (`InvalidParameterValue`), and is kept in lower case.", "B"),
    Rule("subnet-groups", "A subnet group covers two zones of one VPC (`DBSubnetGroupDoesNotCoverEnoughAZs`, "
         "`InvalidSubnet`).", "A, B"),
    Rule("subnet-group-limits", "50 groups (`DBSubnetGroupQuotaExceeded`) of 20 subnets "
         "(`DBSubnetQuotaExceededFault`); one in use stays (`InvalidDBSubnetGroupStateFault`, "
         "`SubnetAlreadyInUse`).", "A, B"),
    Rule("tags", "Everything with an ARN has up to 50 tags, none that begins with `aws:` or `rds:`; else "
         "`InvalidParameterValue`.", "A, B"),
    Rule("events", "DescribeEvents tells the last hour or another span of 14 days at most, by source and "
         "category.", "A, B"),
    Rule("waiters", "boto3's waiters for clusters and instances come to their ends.", "B"),
    Rule("other-engines", "Engines other than aurora-postgresql, Serverless v1, Limitless and Multi-AZ DB clusters, "
         "RDS Custom.", "A", missing=True),
    Rule("other-networks", "NetworkType `DUAL`, the subnet group of a default VPC, RDS Proxy, custom "
         "endpoints, other zones for the storage.", "A, B", missing=True),
    Rule("other-access", "MasterUserAuthenticationType `iam-db-auth`, Active Directory, IAM roles of a cluster, "
         "activity streams, Performance Insights of a single instance.", "B", missing=True),
    Rule("other-upkeep", "Log files, blue/green deployments, write forwarding, backtrack, S3, subscriptions, pending "
         "maintenance actions, copies of parameter groups, other names for what there is.", "B", missing=True),
    Rule("other-offers", "Orderable instance options, certificates, the ends of support, the engine's default "
         "parameters apart from a group; descriptions of parameters, and those of them that hardly anybody sets; filters "
         "of versions, snapshots and global clusters.", "B", missing=True),
)
# fmt: on
SERVICE = Service(
    "RDS: Aurora PostgreSQL",
    {**rds_global.OPERATIONS, **OPERATIONS},
    (*rds_global.RULES, *RULES),
    {**rds_global.REFUSED, **REFUSED},
)
