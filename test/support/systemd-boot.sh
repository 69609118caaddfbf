#!/bin/sh
# Boots a throw-away systemd on a copy of this host's files: systemd-boot.sh boot|probe SCRATCH BINARY CGROUP_INODE.
# Refuses to go on unless every namespace is its own; whatever it mounts or writes is gone with its last process.
set -eu
mode=$1 scratch=$2 binary=$3 cgroup=$4

refuse() {
  echo "refused: $1"
  exit 1
}

[ "$$" = 1 ] || refuse "not the first process of a process namespace"
# $OUTSIDE holds the namespaces of whoever asked, one after the other.
for kind in mnt pid uts ipc net cgroup; do
  case " $OUTSIDE " in *" $(readlink "/proc/self/ns/$kind") "*) refuse "the $kind namespace is the host's" ;; esac
done
mount --make-rprivate /

mount -t tmpfs -o mode=700 tmpfs "$scratch" || refuse "no tmpfs can be mounted"
mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/root" ||
  refuse "no overlay can be mounted over /"
cd "$scratch/root"
mount -t sysfs -o ro sysfs sys || refuse "sysfs cannot be mounted"
mount -t cgroup2 cgroup2 sys/fs/cgroup || refuse "cgroup2 cannot be mounted"
# Below the host's root group, or systemd would take the whole machine for its own.
[ "$(stat -c %i sys/fs/cgroup)" = "$cgroup" ] || refuse "the cgroup is not the one that was made for this"
[ "$mode" = boot ] || exit 0

read -r pid _ </proc/self/stat
mount -t proc proc proc
# Most of what lies there is the whole machine's.
for path in sys sysrq-trigger; do
  [ -e "proc/$path" ] || continue
  mount --bind "proc/$path" "proc/$path"
  mount -o remount,bind,ro "proc/$path"
done
# Settings of networks are those of whichever network namespace looks: they are this host's own.
mount --bind proc/sys/net proc/sys/net
mount -o remount,bind,rw proc/sys/net
mount -t tmpfs -o mode=755 tmpfs dev
mknod -m 666 dev/null c 1 3
mknod -m 666 dev/zero c 1 5
mknod -m 666 dev/full c 1 7
mknod -m 666 dev/random c 1 8
mknod -m 666 dev/urandom c 1 9
mknod -m 666 dev/tty c 5 0
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
ip link set lo up

cp "$binary" root/decnet-under-test
# Of the host's own services none is to run, and none of its disks to be mounted.
: >etc/fstab
rm -rf etc/systemd/system/*.wants etc/systemd/system/*.requires etc/rc?.d/* etc/systemd/system/decnet* \
  var/lib/decnet usr/local/bin/decnet
ln -sf /usr/lib/systemd/system/multi-user.target etc/systemd/system/default.target

pivot_root . mnt
umount -l /mnt
[ ! -e "$scratch/upper" ] || refuse "the old root is still there"
# As on a booted host, so that what systemd mounts for a unit beforehand (credentials) is there in the unit's own
# namespace. Everything is a private copy by now: nothing reaches the host's mounts, or comes from them.
mount --make-rshared /
echo "pid $pid"
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  setpriv --bounding-set=-sys_time,-sys_module,-sys_rawio,-syslog /lib/systemd/systemd </dev/null
