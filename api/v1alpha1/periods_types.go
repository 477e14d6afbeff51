package v1alpha1

// Periods says how accounts are kept.
type Periods struct {
	// every is how long a period is: Hour, Day, Week (from Monday) or Month, as
	// the clocks of timeZone show them.
	// +required
	Every PeriodLength `json:"every"`

	// timeZone is a name of the IANA database, for example Europe/Berlin or
	// Asia/Seoul. Default: UTC.
	// +optional
	// +kubebuilder:default=UTC
	TimeZone TimeZone `json:"timeZone,omitempty"`

	// keep is the number of closed periods that are kept, 1 to 36. Default: 12.
	// +optional
	// +kubebuilder:default=12
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=36
	Keep int32 `json:"keep,omitempty"`
}

// PeriodLength is the length of a period.
//
// +kubebuilder:validation:Enum=Hour;Day;Week;Month
type PeriodLength string

// The lengths.
const (
	PeriodHour  PeriodLength = "Hour"
	PeriodDay   PeriodLength = "Day"
	PeriodWeek  PeriodLength = "Week"
	PeriodMonth PeriodLength = "Month"
)

// TimeZone is a name of the IANA time zone database.
//
// +kubebuilder:validation:MaxLength=64
// +kubebuilder:validation:XValidation:rule="self != 'Local' && self.matches('^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$')",message="timeZone is a name of the IANA time zone database, for example UTC, Europe/Berlin or Asia/Seoul; Local would depend on where the operator runs"
type TimeZone string

// Prices are what an hour costs.
type Prices struct {
	// currency is a code of ISO 4217, for example USD or EUR.
	// +required
	// +kubebuilder:validation:MaxLength=3
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Z]{3}$')",message="currency is a code of ISO 4217 in three capital letters, for example USD, EUR or KRW"
	Currency string `json:"currency"`

	// perHour is the price of an hour of one unit of a resource. What is absent
	// costs nothing.
	// +required
	PerHour PricesPerHour `json:"perHour"`

	// basis is what is charged: Usage, Requests, or MaxOfRequestsAndUsage, the
	// larger of both of each container in each sample. Nodes request nothing, so
	// that with target Nodes it is Usage. Default: Usage.
	// +optional
	// +kubebuilder:default=Usage
	Basis PriceBasis `json:"basis,omitempty"`
}

// PricesPerHour are prices by resource.
//
// +kubebuilder:validation:MinProperties=1
type PricesPerHour struct {
	// cpu is the price of an hour of one core.
	// +optional
	CPU Price `json:"cpu,omitempty"`

	// memory is the price of an hour of one GiB (2^30 bytes).
	// +optional
	Memory Price `json:"memory,omitempty"`
}

// Price is a decimal with at most nine digits before and behind the point.
//
// +kubebuilder:validation:MaxLength=19
// +kubebuilder:validation:XValidation:rule="self.matches('^[0-9]{1,9}([.][0-9]{1,9})?$')",message="a price is a decimal in quotes with at most nine digits before and behind the point, for example \"0.031\""
type Price string

// PriceBasis is what is charged.
//
// +kubebuilder:validation:Enum=Usage;Requests;MaxOfRequestsAndUsage
type PriceBasis string

// The bases of Prices.
const (
	// BasisUsage charges what was used.
	BasisUsage PriceBasis = "Usage"
	// BasisRequests charges what was requested.
	BasisRequests PriceBasis = "Requests"
	// BasisMaxOfRequestsAndUsage charges the larger of both.
	BasisMaxOfRequestsAndUsage PriceBasis = "MaxOfRequestsAndUsage"
)
