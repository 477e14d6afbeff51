// Package account keeps the books of a report: for each period of a calendar,
// what each subject used and requested, times how long.
//
//	ledger := account.New(terms)
//	ledger.Record(&account.Step{To: now, Observed: length, Rows: rows})
//	periods := ledger.Periods()
//
// A step says that something lasted for some time which ended at an instant. It
// counts as far as it lies in the running period; the rest of it, where it
// crosses the period's end, counts in the next. All is exact: integers of 128
// bits, amounts × milliseconds. What was not observed is in no account, only
// missing from what the period says was observed of it.
//
// # Closing
//
// A period closes with the first step that reaches its end. Those that ended
// meanwhile without a step close then, too, with nothing observed, as far as they
// are kept. A closed period never changes: neither its accounts nor the prices
// that it was closed with. It keeps the largest accounts; the others are summed.
// What comes late for a closed period counts nowhere. When the clock is set back,
// an account counts nothing until it is as late as it was before, so that no time
// counts twice.
//
// New terms go on with the running period, unless they change what it means: then
// it closes at the last step, and another runs from there to the calendar's next
// bound. The same is for Restart, for other changes of what subjects are.
//
// # Bounds
//
// A period has at most MaxAccounts subjects; those that come later are summed, and so are
// those that come with a step which says that there is no room. A
// closed one has at most MaxClosedAccounts, and at most MaxKeep are kept.
//
// # Money
//
// Prices are whole billionths of the currency for an hour of a core or of a GiB.
// A cost is an exact ratio, for whoever shows it to round.
//
// The package knows no clock and may not be used concurrently.
package account
