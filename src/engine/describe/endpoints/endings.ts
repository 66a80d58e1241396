/** Last labels of names, by how much more than the name itself is needed to take it for a host.
 *  Source: IANA root zone database; the division is ours. */

/** Seldom anything but a host: two labels suffice. */
export const OPEN: ReadonlySet<string> = words('com net org edu gov mil biz');

/** Countries. Two letters are also names of languages and members of objects: three labels are needed. */
export const COUNTRY: ReadonlySet<string> = words(
  `int ac ad ae af ag al ao aq at au aw ax az ba bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cd cg ch ci ck
  cl cm cn cr cu cv cw cx cy cz de dj dk dm dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl
  gm gn gp gq gr gt gu gw gy hk hn hr ht hu ie il im iq ir it je jm jo jp ke kg kh ki km kn kp kr kw ky kz lb lc
  li lk lr ls lt lu lv ly ma mc mg mh mk mm mn mp mq mr mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz
  om pa pe pf pg ph pk pn pr pt pw qa ro ru rw sa sb sc sd se sg si sk sl sm sn sr su sv sx sy sz tc td tf tg th
  tj tk tl tn tr tt tw tz ua ug uk us uy uz va vc ve vn vu wf ws ye yt za zm zw`,
);

/** Countries that name no language: two labels suffice where the name is a whole string. */
export const WHOLE: ReadonlySet<string> = words('at au ch cn cz dk eu gr hk ie jp mx nz ph sg tw us vn za');

/** Often hosts, seldom words: three labels and a whole string are needed. */
export const COMMON: ReadonlySet<string> = words('ai cc cloud club co io shop tech tv vip xyz');

/** Also suffixes of files, words, or members of objects: only a URL or a mail address makes them a host. */
export const SUFFIX: ReadonlySet<string> = words(
  `am app ar arpa as asia bb cat cf dev do fun group gs host id in info is la link live md me ml mo mobi mov ms
  name network online pl pm pro ps py re rs run sh site so social space st store systems tm to today tools top vg
  vi website wiki work world zip`,
);

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/));
}
