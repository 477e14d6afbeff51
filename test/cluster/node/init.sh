# The first process of the real node: it makes the namespaces that it was started in a place for a kubelet, and then only
# collects processes that have ended. With its own end, the kernel ends all that runs there.
#
#   sh init.sh <folder for what the node writes> <address>...
set -eu
folder=$1
shift

# What is mounted from here on stays here.
mount --make-rprivate /
mount -t proc proc /proc
# Many paths cannot be configured. So that nothing is written into those of the machine, the node has its own.
mount -t tmpfs -o mode=755 tmpfs /run
for name in lib log; do
	mount --bind "$folder/$name" "/var/$name"
done
mount --make-rshared /

ip link set lo up
for address; do
	ip address add "$address/32" dev lo
done

trap 'exit 0' TERM
while :; do
	sleep 3600 &
	wait $!
done
