// Packages of a Debian 12.5 server, as dpkg lists them: those that its programs come from and those that every install has.

/** A package. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** True for one of no architecture. */
  readonly all: boolean;
  readonly text: string;
}

const TABLE = `adduser|3.134|all|add and remove users and groups
apt|2.6.1|amd64|commandline package manager
base-files|12.4+deb12u5|amd64|Debian base system miscellaneous files
base-passwd|3.6.1|amd64|Debian base system master password and group files
bash|5.2.15-2+b7|amd64|GNU Bourne Again SHell
bind9-dnsutils|1:9.18.24-1|amd64|Clients provided with BIND 9
bsdextrautils|2.38.1-5|amd64|extra utilities from 4.4BSD-Lite
bsdutils|1:2.38.1-5|amd64|basic utilities from 4.4BSD-Lite
bzip2|1.0.8-5+b1|amd64|high-quality block-sorting file compressor - utilities
ca-certificates|20230311|all|Common CA certificates
coreutils|9.1-1|amd64|GNU core utilities
cpio|2.13+dfsg-7.1|amd64|GNU cpio -- a program to manage archives of files
cron|3.0pl1-162|amd64|process scheduling daemon
cron-daemon-common|3.0pl1-162|all|process scheduling daemon's configuration files
curl|7.88.1-10+deb12u5|amd64|command line tool for transferring data with URL syntax
dash|0.5.12-2|amd64|POSIX-compliant shell
dbus|1.14.10-1~deb12u1|amd64|simple interprocess messaging system (system message bus)
dbus-bin|1.14.10-1~deb12u1|amd64|simple interprocess messaging system (command line utilities)
dbus-daemon|1.14.10-1~deb12u1|amd64|simple interprocess messaging system (reference message bus)
debconf|1.5.82|all|Debian configuration management system
debian-archive-keyring|2023.3|all|GnuPG archive keys of the Debian archive
debianutils|5.7-0.5~deb12u1|amd64|Miscellaneous utilities specific to Debian
diffutils|1:3.8-4|amd64|File comparison utilities
dpkg|1.21.23|amd64|Debian package management system
e2fsprogs|1.47.0-2+b2|amd64|ext2/ext3/ext4 file system utilities
fdisk|2.38.1-5|amd64|collection of partitioning utilities
file|1:5.44-3|amd64|Recognize the type of data in a file using "magic" numbers
findutils|4.9.0-4|amd64|utilities for finding files--find, xargs
gpgv|2.2.40-1.1|amd64|GNU privacy guard - signature verification tool
grep|3.8-5|amd64|GNU grep, egrep and fgrep
groff-base|1.22.4-10|amd64|GNU troff text-formatting system (base system components)
grub-pc|2.06-13|amd64|GRand Unified Bootloader, version 2 (PC/BIOS version)
gzip|1.12-1|amd64|GNU compression utilities
hostname|3.23+nmu1|amd64|utility to set/show the host name or domain name
ifupdown|0.8.41|amd64|high level tools to configure network interfaces
init|1.65.2|amd64|metapackage ensuring an init system is installed
init-system-helpers|1.65.2|all|helper tools for all init systems
initramfs-tools|0.142|all|generic modular initramfs generator (automation)
iproute2|6.1.0-3|amd64|networking and traffic control tools
iptables|1.8.9-2|amd64|administration tools for packet filtering and NAT
iputils-ping|3:20221126-1|amd64|Tools to test the reachability of network hosts
isc-dhcp-client|4.4.3-P1-2|amd64|DHCP client for automatically obtaining an IP address
kmod|30+20221128-1|amd64|tools for managing Linux kernel modules
less|590-2|amd64|pager program similar to more
libc-bin|2.36-9+deb12u4|amd64|GNU C Library: Binaries
libc6|2.36-9+deb12u4|amd64|GNU C Library: Shared libraries
libcap2-bin|1:2.66-4|amd64|POSIX 1003.1e capabilities (utilities)
libcurl4|7.88.1-10+deb12u5|amd64|easy-to-use client-side URL transfer library (OpenSSL flavour)
libpam-modules|1.5.2-6|amd64|Pluggable Authentication Modules for PAM
libpam-modules-bin|1.5.2-6|amd64|Pluggable Authentication Modules for PAM - helper binaries
libpam-runtime|1.5.2-6|all|Runtime support for the PAM library
libssl3|3.0.11-1~deb12u2|amd64|Secure Sockets Layer toolkit - shared libraries
libsystemd0|252.22-1~deb12u1|amd64|systemd utility library
login|1:4.13+dfsg1-1|amd64|system login tools
logrotate|3.21.0-1|amd64|Log rotation utility
logsave|1.47.0-2+b2|amd64|save the output of a command in a log file
lsb-release|12.0-1|all|Linux Standard Base version reporting utility (minimal implementation)
man-db|2.11.2-2|amd64|tools for reading manual pages
mawk|1.3.4.20200120-3.1|amd64|Pattern scanning and text processing language
mount|2.38.1-5|amd64|tools for mounting and manipulating filesystems
nano|7.2-1|amd64|small, friendly text editor inspired by Pico
ncurses-base|6.4-4|all|basic terminal type definitions
ncurses-bin|6.4-4|amd64|terminal-related programs and man pages
ncurses-term|6.4-4|all|additional terminal type definitions
net-tools|2.10-0.1|amd64|NET-3 networking toolkit
netbase|6.4|all|Basic TCP/IP networking system
netcat-openbsd|1.219-1|amd64|TCP/IP swiss army knife
nftables|1.0.6-2|amd64|Program to control packet filtering rules by Netfilter project
openssl|3.0.11-1~deb12u2|amd64|Secure Sockets Layer toolkit - cryptographic utility
passwd|1:4.13+dfsg1-1|amd64|change and administer password and group data
pciutils|1:3.9.0-4|amd64|PCI utilities
perl|5.36.0-7|amd64|Larry Wall's Practical Extraction and Report Language
perl-base|5.36.0-7|amd64|minimal Perl system
procps|2:4.0.2-3|amd64|/proc file system utilities
psmisc|23.6-1|amd64|utilities that use the proc file system
python3|3.11.2-1+b1|amd64|interactive high-level object-oriented language (default python3 version)
python3-minimal|3.11.2-1+b1|amd64|minimal subset of the Python language (default python3 version)
python3.11|3.11.2-6|amd64|Interactive high-level object-oriented language (version 3.11)
python3.11-minimal|3.11.2-6|amd64|Minimal subset of the Python language (version 3.11)
readline-common|8.2-1.3|all|GNU readline and history libraries, common files
rsyslog|8.2302.0-1|amd64|reliable system and kernel logging daemon
sed|4.9-1|amd64|GNU stream editor for filtering/transforming text
sensible-utils|0.0.17+nmu1|all|Utilities for sensible alternative selection
sudo|1.9.13p3-1+deb12u1|amd64|Provide limited super user privileges to specific users
systemd|252.22-1~deb12u1|amd64|system and service manager
systemd-sysv|252.22-1~deb12u1|amd64|system and service manager - SysV compatibility symlinks
systemd-timesyncd|252.22-1~deb12u1|amd64|minimalistic service to synchronize local time with NTP servers
sysvinit-utils|3.06-4|amd64|System-V-like utilities
tar|1.34+dfsg-1.2|amd64|GNU version of the tar archiving utility
tasksel|3.73|all|tool for selecting tasks for installation on Debian systems
tzdata|2024a-0+deb12u1|all|time zone and daylight-saving time data
ucf|3.0043+nmu1|all|Update Configuration File(s): preserve user changes to config files
udev|252.22-1~deb12u1|amd64|/dev/ and hotplug management daemon
util-linux|2.38.1-5|amd64|miscellaneous system utilities
util-linux-extra|2.38.1-5|amd64|interactive login tools
vim-common|2:9.0.1378-2|all|Vi IMproved - Common files
vim-tiny|2:9.0.1378-2|amd64|Vi IMproved - enhanced vi editor - compact version
wget|1.21.3-1|amd64|retrieves files from the web
whiptail|0.52.23-1+b1|amd64|Displays user-friendly dialog boxes from shell scripts
xxd|2:9.0.1378-2|amd64|tool to make (or reverse) a hex dump
xz-utils|5.4.1-1|amd64|XZ-format compression utilities
zlib1g|1:1.2.13.dfsg-1|amd64|compression library - runtime`;

/** In order of name, without those of the products. */
export const DEBIAN_PACKAGES: readonly Package[] = TABLE.split("\n").map((line) => {
  const [name = "", version = "", architecture, text = ""] = line.split("|");
  return { name, version, all: architecture === "all", text };
});
