package main

// measurement is one run of a benchmark, and the rows that it fills.
type measurement struct {
	// name is for --only and --skip.
	name  string
	title string
	// folder and benchmark say what to run; the benchmark is a regular expression.
	folder, benchmark string
	// rounds is the -benchtime of a whole run.
	rounds string
	// needsServer benchmarks have no short form, since that leaves out whatever
	// starts a server: a quick run does less of the same.
	needsServer bool
	rows        []row
}

// row is one line of the table.
type row struct {
	what string
	// of names the benchmark without the prefix, and metric the unit under which
	// it reports the value.
	of, metric string
	unit       string
	// most is the bar; 0 where there is none.
	most float64
}

// measurements stand in the order in which they run and are shown.
var measurements = []measurement{
	{name: "decode", title: "Decoding a list of the Metrics API", folder: "./internal/metricsapi", benchmark: "^BenchmarkBars$", rounds: "15x", rows: []row{
		{"1,000 pods: against the generated Unmarshal", "Bars/1000", "×unmarshal", "×", 0.15},
		{"1,000 pods: against reading every byte", "Bars/1000", "×bytes", "×", 3},
		{"10,000 pods: against the generated Unmarshal", "Bars/10000", "×unmarshal", "×", 0.15},
		{"10,000 pods: against reading every byte", "Bars/10000", "×bytes", "×", 3},
		{"150,000 pods: against the generated Unmarshal", "Bars/150000", "×unmarshal", "×", 0.15},
		{"150,000 pods: against reading every byte", "Bars/150000", "×bytes", "×", 3},
		{"150,000 pods: against the typed client's codec, protobuf", "Bars/150000", "×codec-protobuf", "×", 0},
		{"150,000 pods: against the typed client's codec, JSON", "Bars/150000", "×codec-json", "×", 0},
		{"150,000 pods: allocations a pod", "Bars/150000", "allocs/pod", "", 0.1},
		{"150,000 pods: processor time a pod", "Bars/150000", "scan-ns/pod", "ns", 0},
	}},
	{name: "tick", title: "A tick: decode, join, sum into five groups a pod", folder: "./test/performance/scale", benchmark: "^BenchmarkTick$", rounds: "40x", rows: []row{
		{"1,000 pods: processor time a pod", "Tick/pods=1000", "ns/pod", "ns", 500},
		{"10,000 pods: processor time a pod", "Tick/pods=10000", "ns/pod", "ns", 500},
		{"150,000 pods: processor time a pod", "Tick/pods=150000", "ns/pod", "ns", 500},
		{"150,000 pods: of it the decoding", "Tick/pods=150000", "scan-ns/pod", "ns", 0},
		{"150,000 pods: of it the join, with one sum", "Tick/pods=150000", "join-ns/pod", "ns", 0},
		{"150,000 pods: of it the sums of five groups", "Tick/pods=150000", "sums-ns/pod", "ns", 0},
	}},
	{name: "growth", title: "How a tick grows", folder: "./test/performance/scale", benchmark: "^BenchmarkGrowth", rounds: "20x", rows: []row{
		{"from 75,000 to 150,000 pods: processor time", "GrowthOfPods", "×cpu", "×", 2.2},
		{"from 1 to 5,000 reports at 150,000 pods: processor time", "GrowthOfReports", "×cpu", "×", 1.5},
	}},
	{name: "heap", title: "Heap after a collection, at 150,000 pods", folder: "./test/performance/scale", benchmark: "^BenchmarkHeap$", rounds: "1x", rows: []row{
		{"a pod, in all", "Heap", "B/pod", "B", 1500},
		{"a pod in the inventory, with its share of owners and nodes", "Heap", "inventory-B/pod", "B", 0},
		{"a pod in the engine, in five reports", "Heap", "engine-B/pod", "B", 0},
		{"a row in the engine, with the places of its pods", "Heap", "B/row", "B", 0},
		{"a pod's samples, in the reader and the engine", "Heap", "samples-B/pod", "B", 0},
	}},
	{name: "reports", title: "Heap of 5,000 reports", folder: "./internal/controller", benchmark: "^BenchmarkHeapPer", rounds: "1x", rows: []row{
		{"a report on 30 pods in two workloads, in all", "HeapPerReport", "B/report", "B", 4096},
		{"a published row, in our cache", "HeapPerRow", "B/row", "B", 700},
	}},
	{name: "inventory", title: "Reading 150,000 pods into the inventory", folder: "./internal/inventory", benchmark: "^BenchmarkPeak$", rounds: "1x", rows: []row{
		{"peak RSS with WatchList", "Peak/stream", "MB-peak-RSS", "MB", 300},
		{"peak RSS with WatchList refused", "Peak/refuse", "MB-peak-RSS", "MB", 300},
	}},
	{name: "operator", title: "The operator's process, at 150,000 pods and 5,000 reports", folder: "./test/performance/scale", benchmark: "^BenchmarkOperator$", rounds: "1x", rows: []row{
		{"peak RSS, from its start on", "Operator", "MiB-peak-RSS", "MiB", 600},
		{"RSS after the first ticks", "Operator", "MiB-RSS", "MiB", 0},
		{"a report's first checkpoint, in base64", "Operator", "B/checkpoint", "B", 0},
	}},
	{name: "writes", title: "A write of a status, to a real API server", folder: "./internal/controller", benchmark: "^BenchmarkStatusWrite$", rounds: "200x", needsServer: true, rows: []row{
		{"20 rows: processor time of kube-apiserver", "StatusWrite/rows=20", "apiserver-cpu-ms/write", "ms", 0},
		{"20 rows: processor time of etcd", "StatusWrite/rows=20", "etcd-cpu-ms/write", "ms", 0},
		{"20 rows: size of the status", "StatusWrite/rows=20", "B/status", "B", 0},
		{"100 rows: processor time of kube-apiserver", "StatusWrite/rows=100", "apiserver-cpu-ms/write", "ms", 0},
		{"100 rows: processor time of etcd", "StatusWrite/rows=100", "etcd-cpu-ms/write", "ms", 0},
		{"100 rows: size of the status", "StatusWrite/rows=100", "B/status", "B", 256 << 10},
	}},
	{name: "thresholds", title: "A tick with a threshold, against one with a report of the same 2,000 rows", folder: "./internal/usage", benchmark: "^BenchmarkThresholdAgainstReport$", rounds: "200x", rows: []row{
		{"the sum of a workload's pods", "ThresholdAgainstReport/sum", "×report", "×", 1},
		{"its largest pod", "ThresholdAgainstReport/maximum-pod", "×report", "×", 1},
		{"its largest container", "ThresholdAgainstReport/maximum-container", "×report", "×", 1},
		{"the average of 5 minutes", "ThresholdAgainstReport/average", "×report", "×", 1},
		{"the 95th percentile of an hour", "ThresholdAgainstReport/p95", "×report", "×", 1},
	}},
	{name: "windows", title: "A row's windows of CPU and memory, with a sample each 15 s", folder: "./internal/sketch", benchmark: "^BenchmarkRow$", rounds: "20000x", rows: []row{
		{"1 h: heap", "Row/hours=1", "B/row", "B", 0},
		{"1 h: processor time of a sample", "Row/hours=1", "ns/op", "ns", 0},
		{"24 h: heap", "Row/hours=24", "B/row", "B", 0},
		{"24 h: processor time of a sample", "Row/hours=24", "ns/op", "ns", 0},
		{"31 d: heap", "Row/hours=744", "B/row", "B", 0},
		{"31 d: processor time of a sample", "Row/hours=744", "ns/op", "ns", 0},
	}},
	{name: "checkpoint", title: "A checkpoint of 20 rows, written each 5 minutes", folder: "./internal/checkpoint", benchmark: "^BenchmarkCheckpoint$", rounds: "100x", rows: []row{
		{"1 h: what lasts", "Checkpoint/hours=1", "B/base", "B", 0},
		{"1 h: a write, on average", "Checkpoint/hours=1", "B/write", "B", 0},
		{"1 h: time to make one", "Checkpoint/hours=1", "ms/write", "ms", 0},
		{"1 h: time to read one", "Checkpoint/hours=1", "ms/read", "ms", 0},
		{"24 h: what lasts", "Checkpoint/hours=24", "B/base", "B", 0},
		{"24 h: a write, on average", "Checkpoint/hours=24", "B/write", "B", 0},
		{"24 h: time to make one", "Checkpoint/hours=24", "ms/write", "ms", 0},
		{"24 h: time to read one", "Checkpoint/hours=24", "ms/read", "ms", 0},
		{"31 d: what lasts", "Checkpoint/hours=744", "B/base", "B", 0},
		{"31 d: a write, on average", "Checkpoint/hours=744", "B/write", "B", 0},
		{"31 d: time to make one", "Checkpoint/hours=744", "ms/write", "ms", 0},
		{"31 d: time to read one", "Checkpoint/hours=744", "ms/read", "ms", 0},
		{"24 h, a history of 288 points, a year of months: what lasts", "Checkpoint/hours=24,history,accounts", "B/base", "B", 0},
		{"24 h, a history of 288 points, a year of months: a write, on average", "Checkpoint/hours=24,history,accounts", "B/write", "B", 0},
	}},
	{name: "checkpoints", title: "Checkpoints of 1,000 reports of 20 rows over 24 h, to a real API server", folder: "./internal/keeper", benchmark: "^BenchmarkThousandReports$", rounds: "4x", needsServer: true, rows: []row{
		{"bytes a second, in the first 5 minutes", "ThousandReports", "first-B/s", "B", 128 << 10},
		{"bytes a second, after that", "ThousandReports", "B/s", "B", 32 << 10},
		{"all of them in etcd, as base64", "ThousandReports", "MiB-stored", "MiB", 128},
		{"time to write all of them at a graceful stop", "ThousandReports", "s/stop", "s", 20},
	}},
	{name: "race", title: "The race against kubectl top", folder: "./test/performance/race", benchmark: "^BenchmarkRace$", rounds: "20x", rows: []row{
		{"pods in the cluster", "Race", "pods", "", 0},
		{"processor time, against kubectl and awk", "Race", "×cpu", "×", 0.3},
		{"wall time, against kubectl and awk", "Race", "×wall", "×", 0.7},
		{"kubectl: processor time", "Race", "kubectl-cpu-ms", "ms", 0},
		{"awk: processor time", "Race", "awk-cpu-ms", "ms", 0},
		{"ours: processor time", "Race", "sums-cpu-ms", "ms", 0},
		{"kubectl and awk: wall time", "Race", "top-wall-ms", "ms", 0},
		{"ours: wall time", "Race", "sums-wall-ms", "ms", 0},
	}},
}
