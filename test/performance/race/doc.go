// Package race lets a program on the operator's reader of the Metrics API run
// against "kubectl top pods -A" piped into awk, which sums the same by namespace.
//
// Both run as whole processes on a local cluster of simulated pods, in turn and
// alternating who goes first; counted are the time that each takes on the wall
// and of the processor, as the system accounts it when a process ends. The
// server's work is not counted.
//
// Before the race both are shown to sum the same samples. The answer of the
// Metrics API is read before and after them, and if no new sample came between,
// the program's sums must be those of the answer to the nanocore and the byte,
// and awk's those of the answer with each pod rounded as kubectl rounds it: CPU
// up to the millicore, memory down to the Mi.
package race
