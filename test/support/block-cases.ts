// Command lines of dd, hexdump, timeout and enable: run in a real Debian and in the fake one, they must print the same and
// end with the same status.

export const blockCases: readonly string[] = [
  "printf 'abcdefghijklmnopqrs' | hexdump -C; printf abc | hexdump; printf 'abcd' | hexdump; printf '' | hexdump -C",
  "head -c 100 /dev/zero | hexdump -C; head -c 100 /dev/zero | hexdump -v | tail -n 2; seq 20 | hexdump -s 3 -C; seq 20 >hd-x; hexdump -s 3 -n 20 -C hd-x",
  "dd if=/dev/zero of=/dev/null bs=1M count=3 2>&1 | head -n 2; dd if=/dev/zero of=dd-x bs=1k count=3 status=none; stat -c %s dd-x",
  "dd if=/dev/zero of=dd-x bs=1k count=3 status=none; dd if=dd-x of=dd-y bs=1k skip=1 seek=2 2>&1 | head -n 2; stat -c %s dd-y",
  "dd if=/dev/zero of=dd-x bs=512 count=9 2>&1 | sed 's/, [0-9.e-]* s, .*//'; dd if=dd-x of=/dev/null bs=4k 2>&1 | sed 's/, [0-9.e-]* s, .*//'",
  "dd if=/dev/null of=/dev/null 2>&1 | sed 's/, [0-9.e-]* s, .*//'; printf abc | dd bs=2 status=noxfer; dd if=/nope; echo $?",
  "timeout .2 sleep 5; echo $?; timeout .2 yes > /dev/null; echo $?; timeout 5 false; echo $?; timeout x true; echo $?; timeout 1 nope; echo $?",
  "enable | head -n 5; enable | tail -n 3; enable -s | head -n 3; enable nope; echo $?; enable -n; enable cd; echo $?",
  "ls --dir -d /etc; ls --direc --col /etc/hostname; ls --h; ls /nope-x; ls --nope; echo $?; ls --colo=never -d /; uname --kernel-n; sort --rev /dev/null; echo $?",
];
