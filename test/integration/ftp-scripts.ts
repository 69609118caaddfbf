// What the FTP decoy and the real vsftpd are both told; see ftp-client.ts for the notation.
// Steps are parted by ` ; ` or ` ;` at a line's end. ${backup} is the name of a file in /pub.

function steps(text: string): readonly string[] {
  return text.split(/ ;[ \n]/);
}

/** Before the login. */
export const earlyScript =
  steps(`HELP ; FEAT ; SYST ; NOOP ; FOO ; PWD ; AUTH TLS ; PBSZ 0 ; PROT P ; OPTS UTF8 ON ; OPTS utf8 on ;
OPTS foo ; OPTS ; PASS x ; USER ; PASS ; USER foo bar ; STAT ; SITE HELP ; REIN ; ACCT ; PASV ; LIST ;
ABOR ; REST 0 ; TYPE I ; CLNT x ; HOST x ; GET / HTTP/1.0 ;    ; SSH-2.0-x ; NOOP\0 ; feat ; quit`);

/** Anonymous, without data connections. */
export const quietScript = (backup: string): readonly string[] =>
  steps(`USER anonymous ; PASS a@b ; HELP ; FEAT ; SYST ; NOOP ; noop ; NOOP x ;  NOOP ; NOOP\r ; NOOP\0 ;
FOO ; PWD ; XPWD ; AUTH TLS ; PBSZ 0 ; PROT P ; OPTS UTF8 ON ; OPTS foo ; SITE ; SITE HELP ;
SITE CHMOD 644 x ; SITE UMASK ; STAT ; STAT /pub ; STAT /nope ; STAT /pub/${backup} ; STAT * ;
STAT -l ; TYPE ; TYPE I ; TYPE A ; TYPE a ; TYPE L8 ; TYPE L 8 ; TYPE E ; TYPE A N ; TYPE I N ;
MODE S ; MODE s ; MODE B ; MODE ; STRU F ; STRU R ; STRU ; CWD pub ; CWD nope ; CWD ;
CWD /pub/README ; PWD ; CDUP ; XCUP ; CWD /pub/ ; CDUP ; PWD ; CWD ~ ; PWD ;
CWD /pub/../..//incoming/. ; PWD ; CWD // ; PWD ; CWD .. ; PWD ; CWD /pub\0/x ; SIZE pub/README ;
SIZE pub ; SIZE nope ; SIZE ; MDTM pub/README ; MDTM pub ; MDTM nope ; MDTM ;
MDTM 20200101000000 pub/README ; REST 5 ; REST x ; REST ; REST -1 ; REST 99999999999999999999 ;
RETR pub/README ; LIST ; NLST ; STOR x ; STOU ; APPE x ; DELE x ; RMD x ; RNFR x ; RNTO x ; XRMD x ;
MKD /zz ; MKD ; MKD /incoming/d1 ; MKD /incoming/d1 ; XMKD incoming/d"2 ; CWD incoming/d"2 ; PWD ;
CWD / ; PORT 127,0,0,1,0,1 ; PORT 10,0,0,1,200,1 ; PORT 1,2,3 ; PORT ; PORT 127,0,0,1,200,300 ;
PORT 127,0,0,1,200,1,2 ; EPRT |1|10.0.0.1|50000| ; EPRT |2|::1|50000| ; EPRT x ;
EPRT |3|127.0.0.1|50000| ; EPRT ; EPRT |1|x|50000| ; EPRT |1|127.0.0.1|22| ; EPSV 2 ; EPSV 3 ;
EPSV x ; ABOR ; ACCT x ; ALLO 5 ; ALLO ; REIN ; SMNT ; USER root ; USER anonymous ; USER ; PASS x ;
LANG ; CLNT x ; HOST ; MLSD ; MLST ; XSHA1 x ; PORT 127,0,0,1,4,1 ; LIST ; EPRT |1|127.0.0.1|1025| ;
RETR pub/README ; LIST ; EPSV ALL ; PASV ; PORT 127,0,0,1,200,1 ; EPRT |1|127.0.0.1|50000| ; EPSV 1 ;
NOOP ; QUIT x`);

/** Anonymous, with them. */
export const transferScript = (backup: string): readonly string[] =>
  steps(`USER FTP ; PASS x ; <PASV LIST ; <PASV NLST ; CWD /pub ; <PASV LIST ; <EPSV NLST ; <PASV LIST -la ;
<PASV LIST -a ; <PASV NLST -l ; <PASV NLST -a ; <PASV LIST ${backup} ; <PASV LIST nope ;
<PASV LIST *.gz ; <PASV LIST -R ; <PASV LIST -t ; <PASV LIST -rt ; <PASV LIST -lrt ; <PASV LIST -F / ;
<PASV NLST /pub/ ; <PASV NLST /pub ; <PASV LIST /pub ; <PASV LIST /pub/R* ; <PASV LIST /nope/x ;
<PASV LIST {R,x}* ; <PASV LIST ?????? ; <PASV LIST [R]* ; <PASV LIST -a /incoming ;
<EPSV LIST /pub/*.gz ; TYPE I ; <PASV RETR README ; <EPSV RETR README ; REST 2 ; <PASV RETR README ;
REST 99999 ; <PASV RETR README ; <EPSV RETR ${backup} ; <PASV RETR nope ; <PASV RETR /pub ;
<PASV RETR ; TYPE A ; <PASV RETR README ; >PASV STOR up|hello ; CWD /incoming ; >PASV STOR up|hello ;
>PASV STOR up|again ; SIZE up ; <PASV RETR up ; >PASV STOU|x ; >PASV STOU|x ; >PASV STOU a b|x ;
>PASV STOU up|x ; >EPSV STOR |x ; >EPSV STOR n/x|x ; <PASV NLST ; QUIT`);

/** Every kind of change, inside incoming/. */
export const writerScript =
  steps(`USER ftp ; PASS x ; CWD incoming ; >PASV STOR n1|hello ; >PASV APPE n1| world ; SIZE n1 ; REST 2 ;
>PASV STOR n1|ZZ ; SIZE n1 ; <PASV RETR n1 ; >PASV STOR n1|hi ; SIZE n1 ; MDTM 20200101000000 n1 ;
MDTM n1 ; MDTM 20200101000000 nope ; RNFR nope ; RNFR ; RNTO x ; RNFR n1 ; NOOP ; RNTO n2 ; RNTO n3 ;
RNFR n2 ; RNTO nope/x ; SIZE n2 ; DELE nope ; DELE ; DELE n2 ; SIZE n2 ; MKD d ; RMD d ; RMD d ; RMD ;
MKD d ; DELE d ; >PASV APPE d|x ; >PASV STOR d|x ; RMD d ; QUIT`);
