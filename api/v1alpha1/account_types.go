package v1alpha1

// PeriodAccounts are the accounts of a period.
type PeriodAccounts struct {
	// startTime is when the period begins, in RFC 3339.
	// +required
	StartTime Timestamp `json:"startTime"`

	// endTime is when the period ends or ended, in RFC 3339.
	// +required
	EndTime Timestamp `json:"endTime"`

	// closed tells that the accounts will not change any more.
	// +required
	Closed bool `json:"closed"`

	// reason why the period closed: PeriodEnded, or SpecChanged where an edit of
	// the selection, groupBy, target, every or timeZone ended it early, or of basis
	// to MaxOfRequestsAndUsage. Absent while it runs.
	// +optional
	Reason PeriodReason `json:"reason,omitempty"`

	// observedPercent is how much of the time from startTime to endTime was
	// observed, in percent, rounded down. What was not is in no account.
	// +required
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	ObservedPercent int32 `json:"observedPercent"`

	// prices by which costs are computed. Those of a closed period stay.
	// +optional
	Prices *Prices `json:"prices,omitempty"`

	// total is the account of all that is selected.
	// +required
	Total Account `json:"total"`

	// accounts are the largest by cost, or without prices by usage of the
	// resource of spec.sortBy; at most spec.top and 20.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	Accounts []Account `json:"accounts,omitempty"`

	// other is the sum of the accounts that are not listed.
	// +optional
	Other *Account `json:"other,omitempty"`
}

// PeriodReason is why a period closed.
//
// +kubebuilder:validation:Enum=PeriodEnded;SpecChanged
type PeriodReason string

// The reasons.
const (
	// PeriodEnded: its time was over.
	PeriodEnded PeriodReason = "PeriodEnded"
	// PeriodSpecChanged: an edit changed what is counted, or the calendar.
	PeriodSpecChanged PeriodReason = "SpecChanged"
)

// Account is what a subject used and requested in a period.
type Account struct {
	// subject is what the account is about. Absent in a total and in other.
	// +optional
	Subject *Subject `json:"subject,omitempty"`

	// usageHours by resource: core-hours, and byte-hours. 1500m of cpu are one
	// core for 90 minutes.
	// +optional
	// +kubebuilder:validation:MaxProperties=8
	UsageHours map[ResourceName]Quantity `json:"usageHours,omitempty"`

	// requestHours by resource: what containers requested. Absent in a report of
	// nodes.
	// +optional
	// +kubebuilder:validation:MaxProperties=8
	RequestHours map[ResourceName]Quantity `json:"requestHours,omitempty"`

	// cost in the currency of prices, rounded half up to four digits behind the
	// point. Costs are rounded each for itself.
	// +optional
	// +kubebuilder:validation:MaxLength=40
	// +kubebuilder:validation:Pattern=`^[0-9]{1,35}(\.[0-9]{1,4})?$`
	Cost string `json:"cost,omitempty"`
}
