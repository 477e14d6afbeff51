// Package relist lets caches know the cluster again soon after an outage.
//
// client-go doubles the pause between two tries of a list or watch up to a minute, and
// forgets that after two more: a pace for the thousands of kubelets that would all
// come at once. The operator has a dozen of caches, and promises to be right again
// within two ticks. So it asks again every five seconds or so:
//
//	inventory   its reflectors have Backoff for their own pace
//	informers   client-go's shared informers have no such option; Informer gives them
//	            a source that does not return what failed, but tries again, and whose
//	            watches end without an error where they break
//
// What is left of client-go's pauses is the one before everything is listed anew, when a
// server that has restarted does not know the version of before. It grows with servers
// that restart again and again within two minutes.
//
// What another try would not help is returned: that a version is too old, or that
// the server does not know a parameter. The reflector has its own answers to these.
package relist
