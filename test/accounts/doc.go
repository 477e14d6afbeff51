// Package accounts tests what becomes of the accounts of a report when the operator
// is killed or stopped while a period ends. Its clock runs sixty times as fast, so
// that an hour ends after a minute.
package accounts
