package tenants

// reportLevers are of the settings of reports.
var reportLevers = []lever{
	{field: "interval", spec: `{interval: 1s}`, refused: "interval is 15s to 24h"},
	{field: "interval", spec: `{interval: 15s}`},
	{field: "window", spec: `{window: 744h, groupBy: [{type: Pod}]}`},
	{field: "statistics", spec: `{statistics: [Average, Maximum, P50, P95, P99], groupBy: [{type: Pod}]}`},
	{field: "history.step", spec: `{history: {step: 1m}}`},
	{field: "history.points", spec: `{history: {points: 300}}`},
	{field: "top", spec: `{top: 1, groupBy: [{type: Pod}]}`}, // and the rest in other
	{field: "top", spec: `{top: 100, groupBy: [{type: Pod}]}`},
	{field: "sortBy.resource", spec: `{sortBy: {resource: memory}, top: 1, groupBy: [{type: Pod}]}`},
	{field: "sortBy.measure", spec: `{sortBy: {measure: PercentOfAllocatable}}`, refused: "what is allocatable belongs to nodes"},
	{field: "sortBy.measure", spec: `{sortBy: {measure: Requests}, top: 1, groupBy: [{type: Pod}]}`},
	// Files and places outside of the database of time zones.
	{field: "periods.every", spec: `{periods: {every: Hour}, groupBy: [{type: Pod}]}`},
	{field: "periods.timeZone", spec: `{periods: {every: Hour, timeZone: ../../../etc/passwd}}`, refused: "IANA time zone"},
	{field: "periods.timeZone", spec: `{periods: {every: Hour, timeZone: Local}}`, refused: "depend on where the operator runs"},
	{field: "periods.timeZone", spec: `{periods: {every: Hour, timeZone: var/run/secrets}}`},
	{field: "periods.keep", spec: `{periods: {every: Hour, keep: 36}}`},
	{field: "prices.currency", spec: `{periods: {every: Hour}, prices: {currency: USD, perHour: {cpu: "1"}}}`},
	{field: "prices.perHour.cpu", spec: `{periods: {every: Hour}, prices: {currency: USD, perHour: {cpu: "999999999.999999999"}}, groupBy: [{type: Pod}]}`},
	{field: "prices.perHour.memory", spec: `{periods: {every: Hour}, prices: {currency: USD, perHour: {memory: "1"}}, groupBy: [{type: Namespace}]}`},
	{field: "prices.basis", spec: `{periods: {every: Hour}, prices: {currency: USD, perHour: {cpu: "1"}, basis: MaxOfRequestsAndUsage}}`},
	{field: "suspend", spec: `{suspend: true, groupBy: [{type: Pod}]}`},
}

// tooLow is a level that the tenant's own pods cross.
const tooLow = `resource: cpu, measure: Usage, levels: [{severity: Warning, above: 50m}], groupBy: [{type: Pod}]`

// thresholdLevers are of the settings of thresholds.
var thresholdLevers = []lever{
	{field: "resource", spec: `{resource: memory, levels: [{severity: Warning, above: 5Gi}], groupBy: [{type: Pod}]}`},
	{field: "measure", spec: `{measure: PercentOfAllocatable, levels: [{severity: Warning, above: 1%}]}`, refused: "what is allocatable belongs to nodes"},
	// The quota is the other's: this tenant has none.
	{field: "measure", spec: `{measure: PercentOfQuota, levels: [{severity: Warning, above: 0%}]}`},
	{field: "measure", spec: `{measure: PercentOfQuota, levels: [{severity: Warning, above: 0%}], groupBy: [{type: Namespace}]}`},
	{field: "measure", spec: `{measure: PercentOfLimits, levels: [{severity: Warning, above: 60%}], groupBy: [{type: Pod}]}`},
	{field: "measure", spec: `{measure: PercentOfRequests, levels: [{severity: Warning, above: 60%}]}`},
	{field: "combine", spec: `{combine: MaximumPod}`},
	{field: "combine", spec: `{combine: MaximumContainer, groupBy: [{type: Namespace}]}`},
	{field: "statistic", spec: `{statistic: Maximum, window: 1m, groupBy: [{type: Pod}]}`},
	{field: "window", spec: `{statistic: P99, window: 744h}`},
	{field: "levels[].severity", spec: `{levels: [{severity: Warning, above: "4"}, {severity: Critical, above: "5"}]}`},
	{field: "levels[].above", spec: `{levels: [{severity: Critical, above: "2"}], groupBy: [{type: Workload, level: Top}]}`},
	{field: "levels[].above", spec: `{levels: [{severity: Critical, above: "1e-10000000"}]}`, refused: "without a sign or an exponent"},
	{field: "levels[].below", spec: `{levels: [{severity: Critical, below: 1m}], groupBy: [{type: Pod}]}`},
	{field: "levels[].clear", spec: `{levels: [{severity: Critical, above: "5", clear: 1m}]}`},
	{field: "levels[].for", spec: `{levels: [{severity: Critical, above: "5", for: 0s}]}`},
	{field: "floor", spec: `{measure: PercentOfLimits, levels: [{severity: Warning, above: 60%}], floor: "5", groupBy: [{type: Pod}]}`},
	{field: "keepFiringFor", spec: `{keepFiringFor: 24h}`},
	{field: "repeatInterval", spec: `{repeatInterval: 1m}`},
	{field: "onNoData", spec: `{onNoData: Fire, groupBy: [{type: Pod}]}`},
	{field: "onNoData", spec: `{onNoData: Fire, selector: {matchLabels: {known: "yes"}}, groupBy: [{type: Pod}]}`},
	{field: "silence.until", spec: `{silence: {until: "2100-01-01T00:00:00Z"}, ` + tooLow + `}`, fires: true},
	{field: "silence.reason", spec: `{silence: {until: "2000-01-01T00:00:00Z", reason: "{{.Pods}} $(env) %s"}, ` + tooLow + `}`, fires: true},
	// Text that would mean something to a template, a shell or a format.
	{field: "description", spec: `{description: "{{range .Pods}}{{.}}{{end}} ${KUBECONFIG} $(env) %s %v %[1]v", ` + tooLow + `}`, fires: true},
	// A link is shown, and never followed.
	{field: "runbookURL", spec: `{runbookURL: "RUNBOOK/theirs", ` + tooLow + `}`, fires: true},
	{field: "runbookURL", spec: `{runbookURL: "file:///var/run/secrets/kubernetes.io/serviceaccount/token"}`, refused: "http or https"},
	{field: "suspend", spec: `{suspend: true, groupBy: [{type: Pod}]}`},
}
