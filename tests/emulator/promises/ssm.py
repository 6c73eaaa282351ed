"""The rules of Parameter Store."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "AddTagsToResource": "ResourceId ResourceType Tags",
    "DeleteParameter": "Name",
    "DeleteParameters": "Names",
    "DescribeParameters": "MaxResults NextToken ParameterFilters",
    "GetParameter": "Name WithDecryption",
    "GetParameters": "Names WithDecryption",
    "GetParametersByPath": "MaxResults NextToken Path Recursive",
    "ListTagsForResource": "ResourceId ResourceType",
    "PutParameter": "Description Name Overwrite Tags Tier Type Value",
    "RemoveTagsFromResource": "ResourceId ResourceType TagKeys",
}
RULES: tuple[Rule, ...] = (
    Rule("overwrite", "PutParameter refuses a name that exists (`ParameterAlreadyExists`) unless `Overwrite` is given. An overwritten parameter has the next version and keeps its description and tags. `Overwrite` and `Tags` together are refused (`ValidationException`).", "K PutParameter"),
    Rule("type", "A new parameter needs a type, and the type never changes (`HierarchyTypeMismatchException`).", "B PutParameter"),
    Rule("names", "A name has letters, digits and `.-_`. One with `/` begins with `/`. No name begins with aws or ssm (`ValidationException`). A hierarchy has at most 15 levels (`HierarchyLevelLimitExceededException`).", "K PutParameter"),
    Rule("sizes", "A value has at most 4,096 characters, in the tier Advanced 8,192 (`ValidationException`). An advanced parameter never becomes a standard one.", "K PutParameter; the words are known"),
    Rule("paths", "GetParametersByPath returns the next level below a path, with `Recursive` all levels, at most 10 to a page. The path begins with `/`. Parameters of other paths that begin with the same letters are not returned.", "K GetParametersByPath"),
    Rule("listing", "DescribeParameters returns no values. It filters by name (`Equals`, `BeginsWith`, `Contains`) and by path. An invalid token is refused (`InvalidNextToken`).", "K DescribeParameters"),
    Rule("absent", "GetParameter and DeleteParameter refuse a name that does not exist (`ParameterNotFound`). GetParameters and DeleteParameters return such names as `InvalidParameters`.", "K GetParameters"),
    Rule("tags", "Tags are added, listed and removed by the name of the parameter, and deleted with it. Reserved keys and more than 50 tags are refused. A parameter that does not exist is refused (`InvalidResourceId`).", "K AddTagsToResource; the code for reserved keys is known"),
    Rule("tagging-api", "The Resource Groups Tagging API lists the parameters with tags.", "K GetResources"),
    Rule("secure-strings", "Parameters of type SecureString, the tier Intelligent-Tiering, policies, labels, history and versions.", "B", missing=True),
)  # fmt: skip
SERVICE = Service("Systems Manager Parameter Store", OPERATIONS, RULES)
