// Package controlgroup makes and removes the control groups under which a kubelet makes those of its pods. It serves
// both versions: a hierarchy for each controller, and the unified one.
package controlgroup
