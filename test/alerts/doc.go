// Package alerts tests what thresholds tell, on a stage where a second is a tick: the
// states and Events of a subject that is driven up and down, and that no crash of the
// operator loses or doubles any of them.
package alerts
