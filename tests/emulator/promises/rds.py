"""What is promised of RDS: Aurora PostgreSQL."""

from __future__ import annotations

from . import Rule, Service, rds_global

OPERATIONS: dict[str, str] = {
    "AddTagsToResource": "ResourceName Tags",
    "CreateDBCluster": (
        "AutoMinorVersionUpgrade AvailabilityZones BackupRetentionPeriod CopyTagsToSnapshot DBClusterIdentifier "
        "DBClusterParameterGroupName DBSubnetGroupName DatabaseInsightsMode DatabaseName DeletionProtection "
        "EnableCloudwatchLogsExports EnableHttpEndpoint EnableIAMDatabaseAuthentication "
        "EnablePerformanceInsights Engine EngineLifecycleSupport EngineMode EngineVersion "
        "GlobalClusterIdentifier KmsKeyId ManageMasterUserPassword MasterUserAuthenticationType MasterUserPassword "
        "MasterUserSecretKmsKeyId MasterUsername MonitoringInterval MonitoringRoleArn NetworkType "
        "PerformanceInsightsKMSKeyId PerformanceInsightsRetentionPeriod Port PreSignedUrl "
        "PreferredBackupWindow PreferredMaintenanceWindow ServerlessV2ScalingConfiguration StorageEncrypted "
        "StorageType Tags VpcSecurityGroupIds"
    ),
    "CreateDBClusterParameterGroup": "DBClusterParameterGroupName DBParameterGroupFamily Description Tags",
    "CreateDBInstance": (
        "AutoMinorVersionUpgrade AvailabilityZone CACertificateIdentifier CopyTagsToSnapshot DBClusterIdentifier "
        "DBInstanceClass DBInstanceIdentifier DBParameterGroupName DBSubnetGroupName EnablePerformanceInsights Engine "
        "EngineVersion MonitoringInterval MonitoringRoleArn PerformanceInsightsKMSKeyId "
        "PerformanceInsightsRetentionPeriod PreferredMaintenanceWindow PromotionTier PubliclyAccessible "
        "StorageEncrypted Tags"
    ),
    "CreateDBParameterGroup": "DBParameterGroupFamily DBParameterGroupName Description Tags",
    "CreateDBSubnetGroup": "DBSubnetGroupDescription DBSubnetGroupName SubnetIds Tags",
    "DeleteDBCluster": "DBClusterIdentifier DeleteAutomatedBackups FinalDBSnapshotIdentifier SkipFinalSnapshot",
    "DeleteDBClusterParameterGroup": "DBClusterParameterGroupName",
    "DeleteDBInstance": "DBInstanceIdentifier SkipFinalSnapshot",
    "DeleteDBParameterGroup": "DBParameterGroupName",
    "DeleteDBSubnetGroup": "DBSubnetGroupName",
    "DescribeCertificates": "CertificateIdentifier Marker MaxRecords",
    "DescribeDBClusterParameterGroups": "DBClusterParameterGroupName Marker MaxRecords",
    "DescribeDBClusterParameters": "DBClusterParameterGroupName Filters Marker MaxRecords Source",
    "DescribeDBClusters": "DBClusterIdentifier Filters Marker MaxRecords",
    "DescribeDBEngineVersions": ("DBParameterGroupFamily DefaultOnly Engine EngineVersion Filters Marker MaxRecords"),
    "DescribeDBInstances": "DBInstanceIdentifier Filters Marker MaxRecords",
    "DescribeDBMajorEngineVersions": "Engine MajorEngineVersion Marker MaxRecords",
    "DescribeDBParameterGroups": "DBParameterGroupName Marker MaxRecords",
    "DescribeDBParameters": "DBParameterGroupName Filters Marker MaxRecords Source",
    "DescribeDBSubnetGroups": "DBSubnetGroupName Marker MaxRecords",
    "DescribeEngineDefaultClusterParameters": "DBParameterGroupFamily Marker MaxRecords",
    "DescribeEngineDefaultParameters": "DBParameterGroupFamily Marker MaxRecords",
    "DescribeEvents": ("Duration EndTime EventCategories Marker MaxRecords SourceIdentifier SourceType StartTime"),
    "DescribeOrderableDBInstanceOptions": "DBInstanceClass Engine EngineVersion Marker MaxRecords Vpc",
    "DescribePendingMaintenanceActions": "Marker MaxRecords ResourceIdentifier",
    "DisableHttpEndpoint": "ResourceArn",
    "EnableHttpEndpoint": "ResourceArn",
    "FailoverDBCluster": "DBClusterIdentifier TargetDBInstanceIdentifier",
    "ListTagsForResource": "ResourceName",
    "ModifyDBCluster": (
        "AllowMajorVersionUpgrade ApplyImmediately AutoMinorVersionUpgrade BackupRetentionPeriod "
        "CloudwatchLogsExportConfiguration CopyTagsToSnapshot DBClusterIdentifier DBClusterParameterGroupName "
        "DBInstanceParameterGroupName DatabaseInsightsMode DeletionProtection EnableIAMDatabaseAuthentication "
        "EnablePerformanceInsights EngineLifecycleSupport EngineVersion ManageMasterUserPassword MasterUserPassword "
        "MasterUserSecretKmsKeyId MonitoringInterval MonitoringRoleArn NewDBClusterIdentifier "
        "PerformanceInsightsKMSKeyId PerformanceInsightsRetentionPeriod Port PreferredBackupWindow "
        "PreferredMaintenanceWindow RotateMasterUserPassword ServerlessV2ScalingConfiguration StorageType "
        "VpcSecurityGroupIds"
    ),
    "ModifyDBClusterParameterGroup": "DBClusterParameterGroupName Parameters",
    "ModifyDBInstance": (
        "ApplyImmediately AutoMinorVersionUpgrade CACertificateIdentifier CopyTagsToSnapshot DBInstanceClass "
        "DBInstanceIdentifier DBParameterGroupName EnablePerformanceInsights MonitoringInterval MonitoringRoleArn "
        "NewDBInstanceIdentifier PerformanceInsightsKMSKeyId PerformanceInsightsRetentionPeriod "
        "PreferredMaintenanceWindow PromotionTier PubliclyAccessible"
    ),
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
RULES: tuple[Rule, ...] = ()
SERVICE = Service(
    "RDS: Aurora PostgreSQL", {**rds_global.OPERATIONS, **OPERATIONS}, (*rds_global.RULES, *RULES), REFUSED
)
