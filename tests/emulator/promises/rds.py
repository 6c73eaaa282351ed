"""What is promised of RDS: Aurora PostgreSQL."""

from __future__ import annotations

from . import Rule, Service, rds_global

OPERATIONS: dict[str, str] = {
    "AddTagsToResource": "ResourceName Tags",
    "CreateDBCluster": (
        "AvailabilityZones BacktrackWindow BackupRetentionPeriod CopyTagsToSnapshot DBClusterIdentifier "
        "DBClusterParameterGroupName DBSubnetGroupName DatabaseInsightsMode DatabaseName DeletionProtection "
        "EnableCloudwatchLogsExports EnableHttpEndpoint EnableIAMDatabaseAuthentication "
        "EnablePerformanceInsights Engine EngineLifecycleSupport EngineMode EngineVersion "
        "GlobalClusterIdentifier KmsKeyId ManageMasterUserPassword MasterUserPassword "
        "MasterUserSecretKmsKeyId MasterUsername MonitoringInterval MonitoringRoleArn "
        "PerformanceInsightsKMSKeyId PerformanceInsightsRetentionPeriod Port PreSignedUrl "
        "PreferredBackupWindow PreferredMaintenanceWindow ServerlessV2ScalingConfiguration StorageEncrypted "
        "StorageType Tags VpcSecurityGroupIds"
    ),
    "CreateDBClusterParameterGroup": "DBClusterParameterGroupName DBParameterGroupFamily Description Tags",
    "CreateDBInstance": (
        "AutoMinorVersionUpgrade AvailabilityZone BackupRetentionPeriod CACertificateIdentifier "
        "DBClusterIdentifier DBInstanceClass DBInstanceIdentifier DBParameterGroupName DatabaseInsightsMode "
        "Engine EngineVersion MasterUserPassword MonitoringInterval PromotionTier PubliclyAccessible "
        "StorageEncrypted Tags"
    ),
    "CreateDBParameterGroup": "DBParameterGroupFamily DBParameterGroupName Description Tags",
    "CreateDBSubnetGroup": "DBSubnetGroupDescription DBSubnetGroupName SubnetIds Tags",
    "DeleteDBCluster": "DBClusterIdentifier DeleteAutomatedBackups FinalDBSnapshotIdentifier SkipFinalSnapshot",
    "DeleteDBClusterParameterGroup": "DBClusterParameterGroupName",
    "DeleteDBInstance": "DBInstanceIdentifier FinalDBSnapshotIdentifier SkipFinalSnapshot",
    "DeleteDBParameterGroup": "DBParameterGroupName",
    "DeleteDBSubnetGroup": "DBSubnetGroupName",
    "DescribeDBClusterParameterGroups": "DBClusterParameterGroupName",
    "DescribeDBClusterParameters": "DBClusterParameterGroupName Source",
    "DescribeDBClusters": "DBClusterIdentifier Filters MaxRecords",
    "DescribeDBEngineVersions": "DefaultOnly Engine EngineVersion",
    "DescribeDBInstances": "DBInstanceIdentifier Filters",
    "DescribeDBParameterGroups": "DBParameterGroupName",
    "DescribeDBParameters": "DBParameterGroupName Source",
    "DescribeDBSubnetGroups": "DBSubnetGroupName",
    "DescribeEngineDefaultParameters": "DBParameterGroupFamily",
    "DescribeOrderableDBInstanceOptions": "DBInstanceClass Engine EngineVersion Marker",
    "DisableHttpEndpoint": "ResourceArn",
    "EnableHttpEndpoint": "ResourceArn",
    "FailoverDBCluster": "DBClusterIdentifier",
    "ListTagsForResource": "ResourceName",
    "ModifyDBCluster": (
        "AllowMajorVersionUpgrade ApplyImmediately BackupRetentionPeriod CloudwatchLogsExportConfiguration "
        "CopyTagsToSnapshot DBClusterIdentifier DBClusterParameterGroupName DBInstanceParameterGroupName "
        "DatabaseInsightsMode DeletionProtection EnableHttpEndpoint EnableIAMDatabaseAuthentication "
        "EnablePerformanceInsights EngineVersion ManageMasterUserPassword MasterUserPassword "
        "MasterUserSecretKmsKeyId MonitoringInterval MonitoringRoleArn NewDBClusterIdentifier "
        "PerformanceInsightsKMSKeyId PerformanceInsightsRetentionPeriod Port RotateMasterUserPassword "
        "ServerlessV2ScalingConfiguration StorageType"
    ),
    "ModifyDBClusterParameterGroup": "DBClusterParameterGroupName Parameters",
    "ModifyDBInstance": (
        "ApplyImmediately AutoMinorVersionUpgrade CACertificateIdentifier DBInstanceClass "
        "DBInstanceIdentifier DBParameterGroupName DatabaseInsightsMode EnablePerformanceInsights "
        "EngineVersion MonitoringInterval MonitoringRoleArn NewDBInstanceIdentifier "
        "PerformanceInsightsRetentionPeriod PreferredMaintenanceWindow PromotionTier"
    ),
    "ModifyDBParameterGroup": "DBParameterGroupName Parameters",
    "ModifyDBSubnetGroup": "DBSubnetGroupDescription DBSubnetGroupName SubnetIds",
    "RebootDBInstance": "DBInstanceIdentifier",
    "RemoveTagsFromResource": "ResourceName TagKeys",
    "ResetDBClusterParameterGroup": "DBClusterParameterGroupName Parameters ResetAllParameters",
    "ResetDBParameterGroup": "DBParameterGroupName Parameters ResetAllParameters",
}
RULES: tuple[Rule, ...] = ()
SERVICE = Service("RDS: Aurora PostgreSQL", {**rds_global.OPERATIONS, **OPERATIONS}, (*rds_global.RULES, *RULES))
