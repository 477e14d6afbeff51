package v1alpha1_test

import "strings"

// ofLimits is the spec of a threshold with these levels, in flow style.
func ofLimits(levels ...string) string {
	return "resource: memory\nmeasure: PercentOfLimits\nlevels: [" + strings.Join(levels, ", ") + "]\n"
}

// ofUsage is the same for amounts instead of percentages.
func ofUsage(resource string, levels ...string) string {
	return "resource: " + resource + "\nmeasure: Usage\nlevels: [" + strings.Join(levels, ", ") + "]\n"
}

func warning(fields string) string  { return "{severity: Warning, " + fields + "}" }
func critical(fields string) string { return "{severity: Critical, " + fields + "}" }

const (
	aboveHelp = "above is a whole percentage such as 80%, or a quantity such as 500m of cpu or 2Gi of memory, without a sign or an exponent"
	belowHelp = "below is a whole percentage such as 10%, or a quantity such as 500m of cpu or 2Gi of memory, without a sign or an exponent"
	clearHelp = "clear is a whole percentage such as 75%, or a quantity such as 500m of cpu or 2Gi of memory, without a sign or an exponent"
	forHelp   = "for is 0s to 24h, in hours, minutes and seconds, for example 90s, 5m or 1h30m"
)

// refusedLevels are levels that could never fire, or never clear, or whose
// amounts cannot be read.
var refusedLevels = []refusal{
	{name: "no level", spec: ofLimits(), want: []string{"spec.levels", "at least 1 items"}},
	{name: "no levels", spec: "resource: memory\nmeasure: PercentOfLimits", want: []string{"spec.levels", "Required value"}},
	{name: "three levels", spec: ofLimits(warning("above: 1%"), critical("above: 2%"), "{severity: Fatal, above: 3%}"), want: []string{"spec.levels", "at most 2 items"}},
	{name: "a severity twice", spec: ofLimits(warning("above: 80%"), warning("above: 90%")), want: []string{"spec.levels[1]", "Duplicate value", "Warning"}},
	{name: "no severity", spec: ofLimits("{above: 80%}"), want: []string{"spec.levels[0].severity", "Required value"}},
	{name: "an unknown severity", spec: ofLimits("{severity: Page, above: 80%}"), want: []string{"spec.levels[0].severity", `"Warning", "Critical"`}},
	{name: "neither above nor below", spec: ofLimits(warning("for: 5m")), want: []string{"spec.levels[0]", "a level needs a value", "above: 80%", "below: 10%"}},
	{name: "above and below", spec: ofLimits(warning("above: 80%, below: 10%")), want: []string{"spec.levels[0]", "above and below stand in one level", "remove one of them"}},
	{name: "one above, one below", spec: ofLimits(warning("above: 80%"), critical("below: 10%")),
		want: []string{"spec.levels", "one level has above and the other has below", "write two thresholds"}},

	{name: "clear above above", spec: ofLimits(warning("above: 80%, clear: 85%")), want: []string{"spec.levels[0].clear", "clear is higher than above", "above: 80% and clear: 75%"}},
	{name: "clear above above, by digits", spec: ofLimits(warning("above: 9%, clear: 10%")), want: []string{"spec.levels[0].clear", "clear is higher than above"}},
	{name: "clear above above, by unit", spec: ofUsage("memory", warning("above: 2G, clear: 2Gi")), want: []string{"spec.levels[0].clear", "clear is higher than above"}},
	{name: "clear below below", spec: ofLimits(warning("below: 10%, clear: 5%")), want: []string{"spec.levels[0].clear", "clear is lower than below", "below: 10% and clear: 15%"}},
	{name: "clear below below, by unit", spec: ofUsage("cpu", warning(`below: "1", clear: 999m`)), want: []string{"spec.levels[0].clear", "clear is lower than below"}},
	{name: "clear of another sort", spec: ofLimits(warning("above: 80%, clear: 2Gi")), want: []string{"spec.levels[0].clear", "both as percentages, such as 80% and 75%"}},
	{name: "clear of another sort below", spec: ofUsage("memory", warning("below: 2Gi, clear: 80%")), want: []string{"spec.levels[0].clear", "both as quantities"}},

	{name: "critical not beyond", spec: ofLimits(warning("above: 90%"), critical("above: 80%")),
		want: []string{"spec.levels", "Critical does not lie beyond Warning: its above is the higher one", "80% for Warning and 95% for Critical"}},
	{name: "critical first and not beyond", spec: ofUsage("memory", critical("above: 1000Mi"), warning("above: 1Gi")),
		want: []string{"spec.levels", "its above is the higher one"}},
	{name: "critical equal", spec: ofUsage("memory", warning("above: 1024Mi"), critical("above: 1Gi")), want: []string{"spec.levels", "its above is the higher one"}},
	{name: "critical not beyond, below", spec: ofLimits(warning("below: 5%"), critical("below: 20%")),
		want: []string{"spec.levels", "Critical does not lie beyond Warning: its below is the lower one", "20% for Warning and 5% for Critical"}},
	{name: "critical equal, below", spec: ofUsage("cpu", warning("below: 500m"), critical("below: '0.5'")), want: []string{"spec.levels", "its below is the lower one"}},

	{name: "a percentage of usage", spec: ofUsage("cpu", warning("above: 80%")), want: []string{"spec.levels", "Usage is an amount", "a measure such as PercentOfLimits"}},
	{name: "a percentage of usage, below", spec: ofUsage("memory", warning("below: 80%")), want: []string{"spec.levels", "write quantities, such as 500m of cpu or 2Gi of memory"}},
	{name: "an amount of limits", spec: ofLimits(warning("above: 2Gi")), want: []string{"spec.levels", "this measure is a share", "such as 80%"}},
	{name: "an amount of limits, second", spec: ofLimits(warning("above: 80%"), critical("above: 2Gi")), want: []string{"spec.levels", "this measure is a share"}},
	{name: "memory in millibytes", spec: ofUsage("memory", warning("above: 500m")), want: []string{"spec.levels", "memory is in bytes, of which m is a thousandth", "500Mi or 2Gi"}},
	{name: "memory in millibytes, below", spec: ofUsage("memory", warning("below: 500m")), want: []string{"spec.levels", "memory is in bytes, of which m is a thousandth"}},
	{name: "cpu in gigabytes", spec: ofUsage("cpu", warning("above: 2Gi")), want: []string{"spec.levels", "cpu is in cores", "500m, 2 or 1.5"}},
	{name: "cpu in megacores", spec: ofUsage("cpu", warning("above: 500M")), want: []string{"spec.levels", "cpu is in cores"}},

	{name: "a fraction of a percent", spec: ofLimits(warning("above: 99.5%")), want: []string{"spec.levels[0].above", `"99.5%"`, aboveHelp}},
	{name: "a percentage without end", spec: ofLimits(warning("above: 10000%")), want: []string{"spec.levels[0].above", aboveHelp}},
	{name: "a negative percentage", spec: ofLimits(warning("above: -1%")), want: []string{"spec.levels[0].above", aboveHelp}},
	{name: "a percentage without its sign", spec: ofLimits(warning(`above: "80"`)), want: []string{"spec.levels", "this measure is a share", "such as 80%"}},
	{name: "an empty amount", spec: ofUsage("cpu", warning(`above: ""`)), want: []string{"spec.levels[0].above", aboveHelp}},
	{name: "a number", spec: ofUsage("cpu", warning("above: 2")), want: []string{"spec.levels[0].above", "must be of type string"}},
	{name: "a small unit", spec: ofUsage("memory", warning("above: 500mi")), want: []string{"spec.levels[0].above", `"500mi"`, aboveHelp}},
	{name: "a unit alone", spec: ofUsage("memory", warning("above: Gi")), want: []string{"spec.levels[0].above", aboveHelp}},
	{name: "a byte for a unit", spec: ofUsage("memory", warning("above: 2GB")), want: []string{"spec.levels[0].above", `"2GB"`, aboveHelp}},
	{name: "an exponent", spec: ofUsage("memory", warning(`above: "1e9"`)), want: []string{"spec.levels[0].above", aboveHelp}},
	{name: "an amount that takes seconds", spec: ofUsage("memory", warning(`above: "1e-100000000"`)), want: []string{"spec.levels[0].above", aboveHelp}},
	{name: "an amount that takes seconds, below", spec: ofUsage("memory", warning(`below: "1e-100000000"`)), want: []string{"spec.levels[0].below", belowHelp}},
	{name: "a clear that takes seconds", spec: ofUsage("memory", warning(`above: "1", clear: "1e-100000000"`)), want: []string{"spec.levels[0].clear", clearHelp}},
	{name: "a critical that takes seconds", spec: ofUsage("memory", warning(`above: "1"`), critical(`above: "1e-100000000"`)), want: []string{"spec.levels[1].above", aboveHelp}},
	{name: "a percentage that takes seconds", spec: ofLimits(warning(`above: "1e-100000000%", clear: "1e-10000000%"`)), want: []string{"spec.levels[0].above", aboveHelp}},
	{name: "an endless amount", spec: ofUsage("memory", warning(`above: "`+strings.Repeat("1", 5000)+`"`)), want: []string{"spec.levels[0].above", "20"}},
	{name: "below nothing", spec: ofUsage("memory", warning(`below: "0"`)), want: []string{"spec.levels[0].below", "nothing is below 0", "below: 10%"}},
	{name: "below no percent", spec: ofLimits(warning("below: 00%")), want: []string{"spec.levels[0].below", "nothing is below 0"}},
	{name: "below no cores", spec: ofUsage("cpu", warning("below: 0.00k")), want: []string{"spec.levels[0].below", "nothing is below 0"}},

	{name: "for in days", spec: ofLimits(warning("above: 80%, for: 1d")), want: []string{"spec.levels[0].for", `"1d"`, forHelp}},
	{name: "for too long", spec: ofLimits(warning("above: 80%, for: 24h1s")), want: []string{"spec.levels[0].for", `"24h1s"`, forHelp}},
	{name: "for negative", spec: ofLimits(warning("above: 80%, for: -5m")), want: []string{"spec.levels[0].for", forHelp}},
	{name: "for as a number", spec: ofLimits(warning("above: 80%, for: 300")), want: []string{"spec.levels[0].for", "must be of type string"}},
	{name: "for empty", spec: ofLimits(warning(`above: 80%, for: ""`)), want: []string{"spec.levels[0].for", forHelp}},
}
