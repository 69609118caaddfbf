// The subcommands of Redis 7.0.15 as its own COMMAND reply states them. Data only, in the letters of command-letters.ts.

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
