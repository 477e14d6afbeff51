// Package threshold is the state machine of alerts.
package threshold
