// Package alert puts the alerts of a threshold into words, for the notes of Events
// and for its status, and decides when the status is written.
//
// The words name what the alert is about, what it uses, of what, and which level
// that is beyond: "Deployment web uses 1.92Gi of memory, 96% of its limits (2Gi),
// above 90% for 5m; largest: web-7f9-abc 700Mi". Amounts have three significant
// digits, since a sample has no more; percentages are rounded down, so that 96% is
// never said of less.
package alert
