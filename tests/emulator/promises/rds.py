"""The rules of RDS for Aurora PostgreSQL."""

from __future__ import annotations

from . import Rule, Service, rds_global

# fmt: off
OPERATIONS: dict[str, str] = {
    "AddSourceIdentifierToSubscription": "SourceIdentifier SubscriptionName",
    "AddTagsToResource": "ResourceName Tags",
    "CreateDBCluster":
        "AutoMinorVersionUpgrade BackupRetentionPeriod CopyTagsToSnapshot DBClusterIdentifier "
        "DBClusterParameterGroupName DBSubnetGroupName DatabaseInsightsMode DatabaseName DeletionProtection "
        "EnableCloudwatchLogsExports EnableHttpEndpoint EnableIAMDatabaseAuthentication EnablePerformanceInsights "
        "Engine EngineLifecycleSupport EngineVersion GlobalClusterIdentifier KmsKeyId "
        "ManageMasterUserPassword MasterUserPassword MasterUserSecretKmsKeyId "
        "MasterUsername MonitoringInterval MonitoringRoleArn PerformanceInsightsKMSKeyId "
        "PerformanceInsightsRetentionPeriod Port PreSignedUrl PreferredBackupWindow PreferredMaintenanceWindow "
        "ServerlessV2ScalingConfiguration StorageEncrypted StorageType Tags VpcSecurityGroupIds",
    "CreateDBClusterParameterGroup": "DBClusterParameterGroupName DBParameterGroupFamily Description Tags",
    "CreateDBInstance":
        "AutoMinorVersionUpgrade AvailabilityZone CACertificateIdentifier CopyTagsToSnapshot DBClusterIdentifier "
        "DBInstanceClass DBInstanceIdentifier DBParameterGroupName DBSubnetGroupName Engine EngineVersion "
        "MonitoringInterval MonitoringRoleArn PreferredMaintenanceWindow PromotionTier PubliclyAccessible "
        "StorageEncrypted Tags",
    "CreateDBParameterGroup": "DBParameterGroupFamily DBParameterGroupName Description Tags",
    "CreateDBSubnetGroup": "DBSubnetGroupDescription DBSubnetGroupName SubnetIds Tags",
    "CreateEventSubscription": "Enabled EventCategories SnsTopicArn SourceIds SourceType SubscriptionName Tags",
    "DeleteDBCluster": "DBClusterIdentifier DeleteAutomatedBackups FinalDBSnapshotIdentifier SkipFinalSnapshot",
    "DeleteDBClusterParameterGroup": "DBClusterParameterGroupName",
    "DeleteDBInstance": "DBInstanceIdentifier SkipFinalSnapshot",
    "DeleteDBParameterGroup": "DBParameterGroupName",
    "DeleteDBSubnetGroup": "DBSubnetGroupName",
    "DeleteEventSubscription": "SubscriptionName",
    "DescribeAccountAttributes": "",
    "DescribeCertificates": "CertificateIdentifier Marker MaxRecords",
    "DescribeDBClusterParameterGroups": "DBClusterParameterGroupName Marker MaxRecords",
    "DescribeDBClusterParameters": "DBClusterParameterGroupName Filters Marker MaxRecords Source",
    "DescribeDBClusters": "DBClusterIdentifier Filters Marker MaxRecords",
    "DescribeDBEngineVersions": "DBParameterGroupFamily DefaultOnly Engine EngineVersion Filters Marker MaxRecords",
    "DescribeDBInstances": "DBInstanceIdentifier Filters Marker MaxRecords",
    "DescribeDBParameterGroups": "DBParameterGroupName Marker MaxRecords",
    "DescribeDBParameters": "DBParameterGroupName Filters Marker MaxRecords Source",
    "DescribeDBSubnetGroups": "DBSubnetGroupName Marker MaxRecords",
    "DescribeEngineDefaultClusterParameters": "DBParameterGroupFamily Marker MaxRecords",
    "DescribeEngineDefaultParameters": "DBParameterGroupFamily Filters Marker MaxRecords",
    "DescribeEventCategories": "SourceType",
    "DescribeEventSubscriptions": "Marker MaxRecords SubscriptionName",
    "DescribeEvents": "Duration EndTime EventCategories Marker MaxRecords SourceIdentifier SourceType StartTime",
    "DescribeOrderableDBInstanceOptions": "DBInstanceClass Engine EngineVersion LicenseModel Marker MaxRecords Vpc",
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
    "ModifyEventSubscription": "Enabled EventCategories SnsTopicArn SourceType SubscriptionName",
    "RebootDBInstance": "DBInstanceIdentifier",
    "RemoveSourceIdentifierFromSubscription": "SourceIdentifier SubscriptionName",
    "RemoveTagsFromResource": "ResourceName TagKeys",
    "ResetDBClusterParameterGroup": "DBClusterParameterGroupName Parameters ResetAllParameters",
    "ResetDBParameterGroup": "DBParameterGroupName Parameters ResetAllParameters",
    "StartDBCluster": "DBClusterIdentifier",
    "StopDBCluster": "DBClusterIdentifier",
}
_CLUSTER_SETTINGS = (
    "AllocatedStorage BackupRetentionPeriod DatabaseInsightsMode DeletionProtection EnableIAMDatabaseAuthentication "
    "EngineLifecycleSupport ManageMasterUserPassword MasterUserPassword MasterUserSecretKmsKeyId MultiAZ NetworkType "
    "PreferredBackupWindow StorageType VpcSecurityGroupIds"
)
REFUSED = {
    "CreateDBInstance": f"{_CLUSTER_SETTINGS} DBName EnableCloudwatchLogsExports KmsKeyId MasterUsername Port",
    "DeleteDBInstance": "FinalDBSnapshotIdentifier",
    "ModifyDBCluster": "EnableHttpEndpoint",
    "ModifyDBInstance": (
        f"{_CLUSTER_SETTINGS} AllowMajorVersionUpgrade CloudwatchLogsExportConfiguration DBPortNumber EngineVersion "
        "RotateMasterUserPassword"
    ),
    "RebootDBInstance": "ForceFailover",
}
RULES: tuple[Rule, ...] = (
    Rule("identifiers", "Identifiers have 1 to 63 letters, digits and single hyphens and begin with a letter (`InvalidParameterValue`). RDS stores them in lower case.", "A, B"),
    Rule("unique-names", "RDS refuses a name that is in use: `DBClusterAlreadyExistsFault`, `DBInstanceAlreadyExists`.", "B"),
    Rule("wire-codes", "Error codes and HTTP statuses are those of the service model, not the names of its shapes. In addition there are `InvalidParameterValue` and `InvalidParameterCombination`.", "B, T"),
    Rule("describe", "Describe calls accept names, ARNs and known filters (`InvalidParameterValue`), and return pages of 20 to 100.", "B"),
    Rule("fields", "Answers have the fields of recorded answers: an Aurora cluster has no StorageType, an Aurora instance has `aurora`. An instance with Enhanced Monitoring has EnhancedMonitoringResourceArn.", "recorded answers"),
    Rule("ids", "Resource ids have 26 characters of base 32 (`cluster-ABC...`, `db-ABC...`). Host names contain `c` and 11 letters and digits, which are specific to the account and Region.", "recorded answers"),
    Rule("certificates", "DescribeCertificates returns the three authorities with their validity: `rds-ca-rsa2048-g1` (the default) until 2061, `rds-ca-rsa4096-g1` and `rds-ca-ecc384-g1` until 2121. Others are refused (`CertificateNotFound`).", "A UsingWithRDS.SSL, B"),
    Rule("server-certificate", "The certificate of an instance is valid for a year, and RDS renews it when half of the year is over.", "recorded answers; the moment of the renewal is known"),
    Rule("clone-group", "A clone and its source have the same CloneGroupId, which a restore to a point in time inherits. Other clusters have none.", "B"),
    Rule("master-user", "MasterUsername has 1 to 63 letters, digits and underscores, begins with a letter and is not reserved (`InvalidParameterValue`).", "A; underscores: B for instances, known for clusters"),
    Rule("master-password", "MasterUserPassword has 8 to 99 printable characters without `/`, `'`, `\"`, `@` and space (`InvalidParameterValue`). It is never returned: while it changes, PendingModifiedValues shows `****`.", "A"),
    Rule("database-name", "DatabaseName has 1 to 63 letters, digits and underscores and begins with a letter (`InvalidParameterValue`).", "A"),
    Rule("versions", "RDS refuses unknown versions (`InvalidParameterCombination`). A bare major version means its default minor version.", "A, I TF#4779, steampipe-plugin-aws#2085"),
    Rule("upgrade-targets", "DescribeDBEngineVersions returns the upgrades of each version, never to a version that was released earlier.", "A, B"),
    Rule("lifecycle", "EngineLifecycleSupport has two values (`InvalidParameterValue`); the default enrols the cluster in paid Extended Support. A change takes effect at once.", "B"),
    Rule("upgrade", "An upgrade must lead to a target of the version (`InvalidParameterCombination`) and needs an instance (`InvalidDBClusterStateFault`).", "A, B, T"),
    Rule("major-upgrade", "A major upgrade needs AllowMajorVersionUpgrade, and new groups in place of custom ones. Only a major upgrade accepts DBInstanceParameterGroupName (`InvalidParameterCombination`). RDS takes a snapshot `preupgrade-...` before it.", "B, T"),
    Rule("storage-type", "StorageType is `aurora`, which RDS does not return, or `aurora-iopt1` (`InvalidParameterValue`).", "B, T"),
    Rule("storage-once", "`aurora-iopt1` can be chosen once in 30 days (`InvalidParameterCombination`) and left at any time.", "A; the code is known"),
    Rule("encryption", "Without StorageEncrypted, RDS returns `false`, `sse-rds` and no key. With StorageEncrypted, it returns `true`, `sse-kms` and the key, by default that of `alias/aws/rds`.", "A overview-encryption"),
    Rule("key-lost", "If its key becomes unusable, a cluster stops with its instances in `inaccessible-encryption-credentials-recoverable`. StartDBCluster recovers it once the key is usable again (`KMSKeyNotAccessibleFault`). After seven days the state is `inaccessible-encryption-credentials`; a member of a global cluster with other members gets this state at once. A final snapshot also needs the key.",
         "A Overview.Encryption; B"),
    Rule("keys", "RDS refuses a key that is unknown, disabled or in another Region (`KMSKeyNotAccessibleFault`), and a key without StorageEncrypted (`InvalidParameterCombination`).", "B"),
    Rule("retention-port", "BackupRetentionPeriod is 1 to 35 days and Port 1150 to 65535 (`InvalidParameterValue`).", "B"),
    Rule("windows", "Windows last at least 30 minutes (`InvalidParameterValue`) and do not overlap (`InvalidParameterCombination`). RDS returns them in lower case.", "B, T"),
    Rule("zones", "The storage has three zones: those of the subnets, filled up with others.", "B; known"),
    Rule("network", "Security groups must exist (`InvalidParameterValue`) and belong to the VPC of the subnet group (`InvalidParameterCombination`).", "T"),
    Rule("security-groups", "While RDS changes the security groups of a cluster, it shows new ones as `adding` and old ones as `removing`, on the cluster and on its instances.", "recorded answers; known of the cluster"),
    Rule("capacity", "A Serverless v2 range is 0 to 256 ACU in steps of 0.5, with a maximum of at least 1. Only some versions allow 0 and values above 128 (`InvalidParameterValue`).", "A, T"),
    Rule("auto-pause", "SecondsUntilAutoPause is 300 to 86400, and is stored only while the minimum is 0.", "A, B, T"),
    Rule("capacity-reboot", "A change of the maximum capacity leaves db.serverless members `pending-reboot`.", "A"),
    Rule("scaling-first", "CreateDBInstance refuses db.serverless until the cluster has a scaling configuration (`InvalidParameterCombination`).", "A"),
    Rule("insights-advanced", "DatabaseInsightsMode `advanced` needs Performance Insights with 465 days in the same call (`InvalidParameterCombination`).", "A, I TF#41792"),
    Rule("insights", "The retention of Performance Insights is 7, 731 or a multiple of 31 days (`InvalidParameterValue`) and needs Performance Insights enabled. Its key cannot change (`InvalidParameterCombination`).", "B, known"),
    Rule("insights-inherited", "Instances inherit the insights and the monitoring of their cluster. They can have monitoring of their own only if the cluster has none (`InvalidParameterCombination`).", "A, B, T"),
    Rule("service-role", "The first cluster or instance creates the service-linked role `AWSServiceRoleForRDS`.", "A"),
    Rule("monitoring", "MonitoringInterval is 0, 1, 5, 10, 15, 30 or 60. All values except 0 need a MonitoringRoleArn that RDS can assume. RDS refuses a role in the first seconds after its creation (`InvalidParameterValue`).", "B, T"),
    Rule("log-exports", "The log types are `postgresql`, `instance` and `iam-db-auth-error` (`InvalidParameterCombination`). ModifyDBCluster takes the log types to enable and to disable.", "B"),
    Rule("http-endpoint", "EnableHttpEndpoint and DisableHttpEndpoint switch the Data API. ModifyDBCluster refuses the parameter EnableHttpEndpoint (`InvalidParameterCombination`).", "B, T"),
    Rule("modify-at-once", "Port, windows, security groups, parameter group, scaling range, deletion protection and master password change at once. A change of the port restarts the instances.", "A, B, known"),
    Rule("pending-values", "Other changes wait in PendingModifiedValues, which RDS omits when empty. Any call with ApplyImmediately applies all of them.", "A, B, T"),
    Rule("maintenance-window", "Pending values of clusters and instances are applied when the maintenance window begins.", "A, B"),
    Rule("states", "Creation, changes and deletion take time. After a Modify call the state stays `available` for some seconds. During a change of the password it is `resetting-master-credentials`, of IAM authentication `update-iam-db-auth`, of the monitoring interval `configuring-enhanced-monitoring`, and during an upgrade `upgrading`. A change of log exports shows as `configuring-log-exports` on the instances.", "A, T, known"),
    Rule("wrong-state", "RDS refuses changes, and the deletion of a cluster, in another state and during the seconds of `available` after a Modify call: `InvalidDBClusterStateFault`, `InvalidDBInstanceState`, `InvalidResourceStateFault`.", "B, T"),
    Rule("backing-up", "A cluster is `backing-up` while a manual snapshot is taken, and cannot be changed, stopped or deleted (`InvalidDBClusterStateFault`).", "A; the refused calls are known"),
    Rule("stop-start", "A stopped cluster and its instances cannot be changed or deleted (`Db cluster main is in stopped state`), and it gets no new instances. RDS starts it after seven days. A member of a global cluster with other members cannot be stopped (`InvalidDBClusterStateFault`).", "A, I TF#28262"),
    Rule("failover", "The first instance is the writer. A failover promotes the given target, or the reader with the lowest tier, then the largest class (`InvalidDBInstanceState`).", "A, B"),
    Rule("failure", "After a failed change the state shows the failure, the old values remain, and DescribeEvents returns the reason.", "A"),
    Rule("delete", "DeleteDBCluster refuses a cluster with deletion protection (`InvalidParameterCombination`) or with instances that are not `deleting` (`InvalidDBClusterStateFault`). Deletion protection does not protect the instances.", "A, T"),
    Rule("final-snapshot", "DeleteDBCluster needs either FinalDBSnapshotIdentifier or SkipFinalSnapshot. DeleteDBInstance refuses FinalDBSnapshotIdentifier (`InvalidParameterCombination`).", "A, B, T"),
    Rule("quotas", "The quotas are 40 clusters (`DBClusterQuotaExceededFault`, HTTP 403), and 40 instances and 15 readers per cluster (`InstanceQuotaExceeded`). DescribeAccountAttributes returns them and the quotas of groups and snapshots with Used and Max.", "A chap-limits, B"),
    Rule("cluster-owned", "The instance calls refuse settings that belong to the cluster, except false ones and empty lists. CreateDBInstance accepts the cluster's own engine version, subnet group and encryption (`InvalidParameterCombination`).", "B"),
    Rule("classes", "RDS refuses classes that it does not offer for the version (`InvalidParameterCombination`) and unknown classes (`InvalidParameterValue`).", "A Concepts.DBInstanceClass; which versions offer r7i and r8g is known"),
    Rule("classes-zones", "CreateDBInstance treats the subnets of a zone that lacks the class as missing (`InvalidVPCNetworkStateFault`), and ModifyDBInstance refuses such a class (`InsufficientDBInstanceCapacity`). `use1-az3` in us-east-1 has only old classes.", "B, I TF#20712; the classes of use1-az3 are known"),
    Rule("orderable", "DescribeOrderableDBInstanceOptions returns the classes of a version, once for each storage type, with the zones that offer them. It accepts a bare major version and refuses unknown ones (`InvalidParameterCombination`).", "B, I steampipe-plugin-aws#2085, ministack#1299"),
    Rule("engine-defaults", "DescribeEngineDefaultClusterParameters and DescribeEngineDefaultParameters return the parameters of a family with allowed values, apply type and whether they can be modified.", "B"),
    Rule("instance-attributes", "PromotionTier is 0 to 15 (`InvalidParameterValue`), the zone belongs to the subnet group (`InvalidVPCNetworkStateFault`), and the certificate authority exists (`CertificateNotFound`).", "A, B"),
    Rule("instance-pending", "Changes of an instance's class and certificate authority wait for its maintenance window unless ApplyImmediately is set.", "A, B"),
    Rule("force-failover", "RebootDBInstance refuses ForceFailover for an instance of a cluster (`InvalidParameterCombination`).", "known"),
    Rule("group-names", "Names of parameter groups have 1 to 255 letters, digits and single hyphens (`InvalidParameterValue`). The family of a group must match the major version (`InvalidParameterCombination`).", "A, B"),
    Rule("group-not-found", "A parameter group that does not exist is refused with `DBClusterParameterGroupNotFound` in the calls on clusters, and with `DBParameterGroupNotFound` elsewhere.", "B"),
    Rule("group-limits", "There are at most 50 groups of each kind (`DBParameterGroupQuotaExceeded`). A group in use cannot be deleted (`InvalidDBParameterGroupState`).", "A chap-limits, T"),
    Rule("group-pending", "A parameter group has pending changes for some seconds after a change, and cannot be reset (`InvalidDBParameterGroupState`).", "T"),
    Rule("group-held", "A parameter group cannot be deleted for some minutes after its last user was deleted (`InvalidDBParameterGroupState`).", "T"),
    Rule("default-groups", "The default groups exist and cannot be changed (`InvalidParameterValue`).", "A, B"),
    Rule("parameters", "A call sets up to 20 parameters to allowed values (`InvalidParameterValue`). Only dynamic parameters accept `immediate` (`InvalidParameterCombination`).", "A, B"),
    Rule("parameter-list", "The groups of aurora-postgresql13 to aurora-postgresql17 have the parameters of these families, with data type, allowed values, apply type, default and whether they can be modified. Names are case-sensitive, values are not. Cluster groups have all parameters, instance groups fewer.", "A AuroraPostgreSQL.Reference.ParameterGroups, a published answer of AWS for aurora-postgresql14; other families: PostgreSQL's documentation"),
    Rule("parameter-sources", "Source is `user`, `system` (a value that RDS sets) or `engine-default`. A parameter that the user set to the default has the default's source again.", "B, recorded answers; the return is known"),
    Rule("force-ssl", "`rds.force_ssl` is 1 from version 17 on, and 0 before.", "A aurorapostgresql-security"),
    Rule("pending-reboot", "Changes of static parameters and of the parameter group are `pending-reboot` until the instance restarts.", "A, B"),
    Rule("subnet-group-names", "The name of a subnet group has up to 255 letters, digits, spaces, `.`, `_` and `-`, begins with a letter and is not `default` (`InvalidParameterValue`). RDS stores it in lower case.", "B"),
    Rule("subnet-groups", "A subnet group covers at least two zones of one VPC (`DBSubnetGroupDoesNotCoverEnoughAZs`, `InvalidSubnet`).", "A, B"),
    Rule("default-subnet-group", "A cluster without DBSubnetGroupName is in the subnet group `default` of the default VPC, which RDS creates with it. RDS refuses the cluster if there is no default subnet (`InvalidSubnet`), after all other refusals, and never changes or deletes the group for users (`InvalidParameterValue`).", "I TF#3699, B; the order and the code of the last refusal are known"),
    Rule("subnet-group-limits", "There are at most 50 subnet groups (`DBSubnetGroupQuotaExceeded`) with at most 20 subnets each (`DBSubnetQuotaExceededFault`). A group or subnet in use cannot be removed (`InvalidDBSubnetGroupStateFault`, `SubnetAlreadyInUse`).", "A, B"),
    Rule("tags", "Every resource with an ARN has at most 50 tags, without keys that begin with `aws:` or `rds:` (`InvalidParameterValue`).", "A, B"),
    Rule("events", "DescribeEvents returns the events of the last hour, or of another period in the last 14 days, by source and category.", "A, B"),
    Rule("event-categories", "DescribeEventCategories returns the categories of each source type (`InvalidParameterValue`).", "A USER_Events.Messages, B"),
    Rule("event-subscriptions", "A subscription needs a standard SNS topic of its Region that exists (`SNSInvalidTopic`, `SNSNoAuthorization`, `SNSTopicArnNotFound`), categories of its source type (`SubscriptionCategoryNotFound`) and sources that exist (`SourceNotFound`). It is `creating`, `active`, `modifying`, `deleting`, and `topic-not-exist` when its topic is deleted. A Region has at most 20 (`EventSubscriptionQuotaExceeded`). RDS sends nothing.", "B, recorded answers; the refusal of deletion while it is created is known"),
    Rule("filters", "Each listing accepts the filters that botocore documents for it, and refuses others (`InvalidParameterValue`).", "B"),
    Rule("waiters", "boto3's waiters for clusters and instances end.", "B"),
    Rule("other-engines", "Engines other than aurora-postgresql, Serverless v1, Limitless and Multi-AZ DB clusters, RDS Custom.", "A", missing=True),
    Rule("other-networks", "NetworkType `DUAL`, RDS Proxy, custom endpoints, other zones for the storage.", "A, B", missing=True),
    Rule("other-access", "MasterUserAuthenticationType `iam-db-auth`, Active Directory, IAM roles of a cluster, activity streams, Performance Insights of a single instance.", "B", missing=True),
    Rule("other-upkeep", "Log files, blue/green deployments, write forwarding, backtrack, S3, notifications of subscriptions, pending maintenance actions, copies of parameter groups, renaming.", "B", missing=True),
    Rule("other-offers", "End-of-support dates, other quotas of the account, AWS's own descriptions of parameters, the lists of Babelfish's locales and collations, limits and parameters that AWS changed after version 14.", "B", missing=True),
)
# fmt: on
SERVICE = Service(
    "RDS: Aurora PostgreSQL",
    {**rds_global.OPERATIONS, **OPERATIONS},
    (*rds_global.RULES, *RULES),
    {**rds_global.REFUSED, **REFUSED},
)
