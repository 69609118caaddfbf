// The commands of Redis 7.0.15 as its own COMMAND reply states them. Data only: what a command does stands in commands/.
// One line each: name, arity, flags, categories, first key, last key, key step, first version, group.

/** Letters of the flags, in the server's words. */
export const flagLetters = {
  a: "admin",
  b: "allow_busy",
  c: "asking",
  d: "blocking",
  e: "denyoom",
  f: "fast",
  g: "loading",
  h: "movablekeys",
  i: "no_async_loading",
  j: "no_auth",
  k: "no_mandatory_keys",
  l: "no_multi",
  m: "noscript",
  n: "pubsub",
  o: "readonly",
  p: "skip_monitor",
  q: "skip_slowlog",
  r: "stale",
  s: "write",
} as const;

/** Letters of the ACL categories. */
export const categoryLetters = {
  A: "@admin",
  B: "@bitmap",
  C: "@blocking",
  D: "@connection",
  E: "@dangerous",
  F: "@fast",
  G: "@geo",
  H: "@hash",
  I: "@hyperloglog",
  J: "@keyspace",
  K: "@list",
  L: "@pubsub",
  M: "@read",
  N: "@scripting",
  O: "@set",
  P: "@slow",
  Q: "@sortedset",
  R: "@stream",
  S: "@string",
  T: "@transaction",
  U: "@write",
} as const;

/** Commands. */
export const commandLines = `
acl -2 - P 0 0 0 6.0.0 server
append 3 sef USF 1 1 1 2.0.0 string
asking 1 f FD 0 0 0 3.0.0 cluster
auth -2 mgrfjb FD 0 0 0 1.0.0 connection
bgrewriteaof 1 ami APE 0 0 0 1.0.0 server
bgsave -1 ami APE 0 0 0 1.0.0 server
bitcount -2 o MBP 1 1 1 2.6.0 bitmap
bitfield -2 se UBP 1 1 1 3.2.0 bitmap
bitfield_ro -2 of MBF 1 1 1 6.0.0 bitmap
bitop -4 se UBP 2 -1 1 2.6.0 bitmap
bitpos -3 o MBP 1 1 1 2.8.7 bitmap
blmove 6 semd UKPC 1 2 1 6.2.0 list
blmpop -5 sdh UKPC 0 0 0 7.0.0 list
blpop -3 smd UKPC 1 -2 1 2.0.0 list
brpop -3 smd UKPC 1 -2 1 2.0.0 list
brpoplpush 4 semd UKPC 1 2 1 2.2.0 list
bzmpop -5 sdh UQPC 0 0 0 7.0.0 sorted-set
bzpopmax -3 smdf UQFC 1 -2 1 5.0.0 sorted-set
bzpopmin -3 smdf UQFC 1 -2 1 5.0.0 sorted-set
client -2 - P 0 0 0 2.4.0 connection
cluster -2 - P 0 0 0 3.0.0 cluster
command -1 gr PD 0 0 0 2.8.13 server
config -2 - P 0 0 0 2.0.0 server
copy -3 se JUP 1 2 1 6.2.0 generic
dbsize 1 of JMF 0 0 0 1.0.0 server
debug -2 amgr APE 0 0 0 1.0.0 server
decr 2 sef USF 1 1 1 1.0.0 string
decrby 3 sef USF 1 1 1 1.0.0 string
del -2 s JUP 1 -1 1 1.0.0 generic
discard 1 mgrfb FT 0 0 0 2.0.0 transactions
dump 2 o JMP 1 1 1 2.6.0 generic
echo 2 grf FD 0 0 0 1.0.0 connection
eval -3 mrpkh PN 0 0 0 2.6.0 scripting
eval_ro -3 omrpkh PN 0 0 0 7.0.0 scripting
evalsha -3 mrpkh PN 0 0 0 2.6.0 scripting
evalsha_ro -3 omrpkh PN 0 0 0 7.0.0 scripting
exec 1 mgrq PT 0 0 0 1.2.0 transactions
exists -2 of JMF 1 -1 1 1.0.0 generic
expire -3 sf JUF 1 1 1 1.0.0 generic
expireat -3 sf JUF 1 1 1 1.2.0 generic
expiretime 2 of JMF 1 1 1 7.0.0 generic
failover -1 amr APE 0 0 0 6.2.0 server
fcall -3 mrpkh PN 0 0 0 7.0.0 scripting
fcall_ro -3 omrpkh PN 0 0 0 7.0.0 scripting
flushall -1 s JUPE 0 0 0 1.0.0 server
flushdb -1 s JUPE 0 0 0 1.0.0 server
function -2 - P 0 0 0 7.0.0 scripting
geoadd -5 se UGP 1 1 1 3.2.0 geo
geodist -4 o MGP 1 1 1 3.2.0 geo
geohash -2 o MGP 1 1 1 3.2.0 geo
geopos -2 o MGP 1 1 1 3.2.0 geo
georadius -6 seh UGP 1 1 1 3.2.0 geo
georadius_ro -6 o MGP 1 1 1 3.2.10 geo
georadiusbymember -5 seh UGP 1 1 1 3.2.0 geo
georadiusbymember_ro -5 o MGP 1 1 1 3.2.10 geo
geosearch -7 o MGP 1 1 1 6.2.0 geo
geosearchstore -8 se UGP 1 2 1 6.2.0 geo
get 2 of MSF 1 1 1 1.0.0 string
getbit 3 of MBF 1 1 1 2.2.0 bitmap
getdel 2 sf USF 1 1 1 6.2.0 string
getex -2 sf USF 1 1 1 6.2.0 string
getrange 4 o MSP 1 1 1 2.4.0 string
getset 3 sef USF 1 1 1 1.0.0 string
hdel -3 sf UHF 1 1 1 2.0.0 hash
hello -1 mgrfjb FD 0 0 0 6.0.0 connection
hexists 3 of MHF 1 1 1 2.0.0 hash
hget 3 of MHF 1 1 1 2.0.0 hash
hgetall 2 o MHP 1 1 1 2.0.0 hash
hincrby 4 sef UHF 1 1 1 2.0.0 hash
hincrbyfloat 4 sef UHF 1 1 1 2.6.0 hash
hkeys 2 o MHP 1 1 1 2.0.0 hash
hlen 2 of MHF 1 1 1 2.0.0 hash
hmget -3 of MHF 1 1 1 2.0.0 hash
hmset -4 sef UHF 1 1 1 2.0.0 hash
hrandfield -2 o MHP 1 1 1 6.2.0 hash
hscan -3 o MHP 1 1 1 2.8.0 hash
hset -4 sef UHF 1 1 1 2.0.0 hash
hsetnx 4 sef UHF 1 1 1 2.0.0 hash
hstrlen 3 of MHF 1 1 1 3.2.0 hash
hvals 2 o MHP 1 1 1 2.0.0 hash
incr 2 sef USF 1 1 1 1.0.0 string
incrby 3 sef USF 1 1 1 1.0.0 string
incrbyfloat 3 sef USF 1 1 1 2.6.0 string
info -1 gr PE 0 0 0 1.0.0 server
keys 2 o JMPE 0 0 0 1.0.0 generic
lastsave 1 grf AFE 0 0 0 1.0.0 server
latency -2 - P 0 0 0 2.8.13 server
lcs -3 o MSP 1 2 1 7.0.0 string
lindex 3 o MKP 1 1 1 1.0.0 list
linsert 5 se UKP 1 1 1 2.2.0 list
llen 2 of MKF 1 1 1 1.0.0 list
lmove 5 se UKP 1 2 1 6.2.0 list
lmpop -4 sh UKP 0 0 0 7.0.0 list
lolwut -1 of MF 0 0 0 5.0.0 server
lpop -2 sf UKF 1 1 1 1.0.0 list
lpos -3 o MKP 1 1 1 6.0.6 list
lpush -3 sef UKF 1 1 1 1.0.0 list
lpushx -3 sef UKF 1 1 1 2.2.0 list
lrange 4 o MKP 1 1 1 1.0.0 list
lrem 4 s UKP 1 1 1 1.0.0 list
lset 4 se UKP 1 1 1 1.0.0 list
ltrim 4 s UKP 1 1 1 1.0.0 list
memory -2 - P 0 0 0 4.0.0 server
mget -2 of MSF 1 -1 1 1.0.0 string
migrate -6 sh JUPE 3 3 1 2.6.0 generic
module -2 - P 0 0 0 4.0.0 server
monitor 1 amgr APE 0 0 0 1.0.0 server
move 3 sf JUF 1 1 1 1.0.0 generic
mset -3 se USP 1 -1 2 1.0.1 string
msetnx -3 se USP 1 -1 2 1.0.1 string
multi 1 mgrfb FT 0 0 0 1.2.0 transactions
object -2 - P 0 0 0 2.2.3 generic
persist 2 sf JUF 1 1 1 2.2.0 generic
pexpire -3 sf JUF 1 1 1 2.6.0 generic
pexpireat -3 sf JUF 1 1 1 2.6.0 generic
pexpiretime 2 of JMF 1 1 1 7.0.0 generic
pfadd -2 sef UIF 1 1 1 2.8.9 hyperloglog
pfcount -2 o MIP 1 -1 1 2.8.9 hyperloglog
pfdebug 3 sea UIAPE 2 2 1 2.8.9 hyperloglog
pfmerge -2 se UIP 1 -1 1 2.8.9 hyperloglog
pfselftest 1 a IAPE 0 0 0 2.8.9 hyperloglog
ping -1 f FD 0 0 0 1.0.0 connection
psetex 4 se USP 1 1 1 2.6.0 string
psubscribe -2 nmgr LP 0 0 0 2.0.0 pubsub
psync -3 amil APE 0 0 0 2.8.0 server
pttl 2 of JMF 1 1 1 2.6.0 generic
publish 3 ngrf LF 0 0 0 2.0.0 pubsub
pubsub -2 - P 0 0 0 2.8.0 pubsub
punsubscribe -1 nmgr LP 0 0 0 2.0.0 pubsub
quit -1 mgrfjb FD 0 0 0 1.0.0 connection
randomkey 1 o JMP 0 0 0 1.0.0 generic
readonly 1 grf FD 0 0 0 3.0.0 cluster
readwrite 1 grf FD 0 0 0 3.0.0 cluster
rename 3 s JUP 1 2 1 1.0.0 generic
renamenx 3 sf JUF 1 2 1 1.0.0 generic
replconf -1 amgrb APE 0 0 0 3.0.0 server
replicaof 3 amri APE 0 0 0 5.0.0 server
reset 1 mgrfjb FD 0 0 0 6.2.0 connection
restore -4 se JUPE 1 1 1 2.6.0 generic
restore-asking -4 sec JUPE 1 1 1 3.0.0 server
role 1 mgrf AFE 0 0 0 2.8.12 server
rpop -2 sf UKF 1 1 1 1.0.0 list
rpoplpush 3 se UKP 1 2 1 1.2.0 list
rpush -3 sef UKF 1 1 1 1.0.0 list
rpushx -3 sef UKF 1 1 1 2.2.0 list
sadd -3 sef UOF 1 1 1 1.0.0 set
save 1 amil APE 0 0 0 1.0.0 server
scan -2 o JMP 0 0 0 2.8.0 generic
scard 2 of MOF 1 1 1 1.0.0 set
script -2 - P 0 0 0 2.6.0 scripting
sdiff -2 o MOP 1 -1 1 1.0.0 set
sdiffstore -3 se UOP 1 -1 1 1.0.0 set
select 2 grf FD 0 0 0 1.0.0 connection
set -3 se USP 1 1 1 1.0.0 string
setbit 4 se UBP 1 1 1 2.2.0 bitmap
setex 4 se USP 1 1 1 2.0.0 string
setnx 3 sef USF 1 1 1 1.0.0 string
setrange 4 se USP 1 1 1 2.2.0 string
shutdown -1 amgrlb APE 0 0 0 1.0.0 server
sinter -2 o MOP 1 -1 1 1.0.0 set
sintercard -3 oh MOP 0 0 0 7.0.0 set
sinterstore -3 se UOP 1 -1 1 1.0.0 set
sismember 3 of MOF 1 1 1 1.0.0 set
slaveof 3 amri APE 0 0 0 1.0.0 server
slowlog -2 - P 0 0 0 2.2.12 server
smembers 2 o MOP 1 1 1 1.0.0 set
smismember -3 of MOF 1 1 1 6.2.0 set
smove 4 sf UOF 1 2 1 1.0.0 set
sort -2 seh UOQKPE 1 1 1 1.0.0 generic
sort_ro -2 oh MOQKPE 1 1 1 7.0.0 generic
spop -2 sf UOF 1 1 1 1.0.0 set
spublish 3 ngrf LF 1 1 1 7.0.0 pubsub
srandmember -2 o MOP 1 1 1 1.0.0 set
srem -3 sf UOF 1 1 1 1.0.0 set
sscan -3 o MOP 1 1 1 2.8.0 set
ssubscribe -2 nmgr LP 1 -1 1 7.0.0 pubsub
strlen 2 of MSF 1 1 1 2.2.0 string
subscribe -2 nmgr LP 0 0 0 2.0.0 pubsub
substr 4 o MSP 1 1 1 1.0.0 string
sunion -2 o MOP 1 -1 1 1.0.0 set
sunionstore -3 se UOP 1 -1 1 1.0.0 set
sunsubscribe -1 nmgr LP 1 -1 1 7.0.0 pubsub
swapdb 3 sf JUFE 0 0 0 4.0.0 server
sync 1 amil APE 0 0 0 1.0.0 server
time 1 grf F 0 0 0 2.6.0 server
touch -2 of JMF 1 -1 1 3.2.1 generic
ttl 2 of JMF 1 1 1 1.0.0 generic
type 2 of JMF 1 1 1 1.0.0 generic
unlink -2 sf JUF 1 -1 1 4.0.0 generic
unsubscribe -1 nmgr LP 0 0 0 2.0.0 pubsub
unwatch 1 mgrfb FT 0 0 0 2.2.0 transactions
wait 3 m PD 0 0 0 3.0.0 generic
watch -2 mgrfb FT 1 -1 1 2.2.0 transactions
xack -4 sf URF 1 1 1 5.0.0 stream
xadd -5 sef URF 1 1 1 5.0.0 stream
xautoclaim -6 sf URF 1 1 1 6.2.0 stream
xclaim -6 sf URF 1 1 1 5.0.0 stream
xdel -3 sf URF 1 1 1 5.0.0 stream
xgroup -2 - P 0 0 0 5.0.0 stream
xinfo -2 - P 0 0 0 5.0.0 stream
xlen 2 of MRF 1 1 1 5.0.0 stream
xpending -3 o MRP 1 1 1 5.0.0 stream
xrange -4 o MRP 1 1 1 5.0.0 stream
xread -4 odh MRPC 0 0 0 5.0.0 stream
xreadgroup -7 sdh URPC 0 0 0 5.0.0 stream
xrevrange -4 o MRP 1 1 1 5.0.0 stream
xsetid -3 sef URF 1 1 1 5.0.0 stream
xtrim -4 s URP 1 1 1 5.0.0 stream
zadd -4 sef UQF 1 1 1 1.2.0 sorted-set
zcard 2 of MQF 1 1 1 1.2.0 sorted-set
zcount 4 of MQF 1 1 1 2.0.0 sorted-set
zdiff -3 oh MQP 0 0 0 6.2.0 sorted-set
zdiffstore -4 seh UQP 1 1 1 6.2.0 sorted-set
zincrby 4 sef UQF 1 1 1 1.2.0 sorted-set
zinter -3 oh MQP 0 0 0 6.2.0 sorted-set
zintercard -3 oh MQP 0 0 0 7.0.0 sorted-set
zinterstore -4 seh UQP 1 1 1 2.0.0 sorted-set
zlexcount 4 of MQF 1 1 1 2.8.9 sorted-set
zmpop -4 sh UQP 0 0 0 7.0.0 sorted-set
zmscore -3 of MQF 1 1 1 6.2.0 sorted-set
zpopmax -2 sf UQF 1 1 1 5.0.0 sorted-set
zpopmin -2 sf UQF 1 1 1 5.0.0 sorted-set
zrandmember -2 o MQP 1 1 1 6.2.0 sorted-set
zrange -4 o MQP 1 1 1 1.2.0 sorted-set
zrangebylex -4 o MQP 1 1 1 2.8.9 sorted-set
zrangebyscore -4 o MQP 1 1 1 1.0.5 sorted-set
zrangestore -5 se UQP 1 2 1 6.2.0 sorted-set
zrank 3 of MQF 1 1 1 2.0.0 sorted-set
zrem -3 sf UQF 1 1 1 1.2.0 sorted-set
zremrangebylex 4 s UQP 1 1 1 2.8.9 sorted-set
zremrangebyrank 4 s UQP 1 1 1 2.0.0 sorted-set
zremrangebyscore 4 s UQP 1 1 1 1.2.0 sorted-set
zrevrange -4 o MQP 1 1 1 1.2.0 sorted-set
zrevrangebylex -4 o MQP 1 1 1 2.8.9 sorted-set
zrevrangebyscore -4 o MQP 1 1 1 2.2.0 sorted-set
zrevrank 3 of MQF 1 1 1 2.0.0 sorted-set
zscan -3 o MQP 1 1 1 2.8.0 sorted-set
zscore 3 of MQF 1 1 1 1.2.0 sorted-set
zunion -3 oh MQP 0 0 0 6.2.0 sorted-set
zunionstore -4 seh UQP 1 1 1 2.0.0 sorted-set
`;

/** Subcommands: container, then name:arity:flags:categories. */
export const subcommandLines = `
acl cat:-2:mgr:P deluser:-3:amgr:APE dryrun:-4:amgr:APE genpass:-2:mgr:P getuser:3:amgr:APE help:2:gr:P list:2:amgr:APE load:2:amgr:APE log:-2:amgr:APE save:2:amgr:APE setuser:-3:amgr:APE users:2:amgr:APE whoami:2:mgr:P
client caching:3:mgr:PD getname:2:mgr:PD getredir:2:mgr:PD help:2:gr:PD id:2:mgr:PD info:2:mgr:PD kill:-3:amgr:APED list:-2:amgr:APED no-evict:3:amgr:APED pause:-3:amgr:APED reply:3:mgr:PD setname:3:mgr:PD tracking:-3:mgr:PD trackinginfo:2:mgr:PD unblock:-3:amgr:APED unpause:2:amgr:APED
cluster addslots:-3:ari:APE addslotsrange:-4:ari:APE bumpepoch:2:ari:APE count-failure-reports:3:ar:APE countkeysinslot:3:r:P delslots:-3:ari:APE delslotsrange:-4:ari:APE failover:-2:ari:APE flushslots:2:ari:APE forget:3:ari:APE getkeysinslot:4:r:P help:2:gr:P info:2:r:P keyslot:3:r:P links:2:r:P meet:-4:ari:APE myid:2:r:P nodes:2:r:P replicas:3:ar:APE replicate:3:ari:APE reset:-2:amr:APE saveconfig:2:ari:APE set-config-epoch:3:ari:APE setslot:-4:ari:APE shards:2:r:P slaves:3:ar:APE slots:2:r:P
command count:2:gr:PD docs:-2:gr:PD getkeys:-4:gr:PD getkeysandflags:-4:gr:PD help:2:gr:PD info:-2:gr:PD list:-2:gr:PD
config get:-3:amgr:APE help:2:gr:P resetstat:2:amgr:APE rewrite:2:amgr:APE set:-4:amgr:APE
function delete:3:sm:UPN dump:2:m:PN flush:-2:sm:UPN help:2:gr:PN kill:2:mb:PN list:-2:m:PN load:-3:sem:UPN restore:-3:sem:UPN stats:2:mb:PN
latency doctor:2:amgr:APE graph:3:amgr:APE help:2:gr:P histogram:-2:amgr:APE history:3:amgr:APE latest:2:amgr:APE reset:-2:amgr:APE
memory doctor:2:-:P help:2:gr:P malloc-stats:2:-:P purge:2:-:P stats:2:-:P usage:-3:o:MP
module help:2:gr:P list:2:am:APE load:-3:ami:APE loadex:-3:ami:APE unload:3:ami:APE
object encoding:3:o:JMP freq:3:o:JMP help:2:gr:JP idletime:3:o:JMP refcount:3:o:JMP
pubsub channels:-2:ngr:LP help:2:gr:P numpat:2:ngr:LP numsub:-2:ngr:LP shardchannels:-2:ngr:LP shardnumsub:-2:ngr:LP
script debug:3:m:PN exists:-3:m:PN flush:-2:m:PN help:2:gr:PN kill:2:mb:PN load:3:mr:PN
slowlog get:-2:agr:APE help:2:gr:P len:2:agr:APE reset:2:agr:APE
xgroup create:-5:se:URP createconsumer:5:se:URP delconsumer:5:s:URP destroy:4:s:URP help:2:gr:RP setid:-5:s:URP
xinfo consumers:4:o:MRP groups:3:o:MRP help:2:gr:RP stream:-3:o:MRP
`;
