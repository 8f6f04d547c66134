"""How customers say in English that they want no more texts, what only sounds like it, and what all languages share.

A phrase is a row of places: `a|b_c` one of these words (b_c is two of them), `{name}` the words of a set, `?` behind a place: perhaps,
`*`: up to four times, `!a|b` not followed by these, `~` up to three words, `@` a word that may be a name, `.` perhaps the end of a
clause, `^` and `$` where a clause begins and ends, `^^` and `$$` the whole text. Phrases are parted by ` / `; accents and apostrophes
do not matter.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Phrases:
    """One language: its sets of words, its wishes, and what is read before these and is none."""

    sets: Mapping[str, str]
    wishes: str
    innocent: str = ""


_COMMON = """
    a again all and any are as at be been can could did do does dont for from get getting had have her his how i if in is it its
    just like me my need never no not now of on or our out please received said so take that the their there this to up us want
    was what when who will with wont would you your de la el los las en nos mi su tu que ya por para y un una le les des du ne pas
    plus je vous votre tous mon ma se ich mir mich uns nicht mehr die der das zu von aus bitte nie kein keine meine und da o os em
    nao mais meu di il non piu mio con met van mij geen meer mijn niet uit af
"""
COMMON = frozenset(_COMMON.split())  # a phrase is looked for only in a text that has another word of it

SPELLINGS: Mapping[str, str] = {  # drawn-out words ("stoooop") need no row
    wrong: right
    for right, wrongs in {
        "stop": "stpo sotp tsop stp stopp stoop stopt st0p stopit",
        "texting": "texing textng txting texring textin txtin texitng tecting tesxting",
        "messaging": "messging msging messageing mesaging messagin",
        "contacting": "contacing contactin",
        "sending": "sendin seding sneding",
        "unsubscribe": """unsuscribe unsubcribe unsubscrib unsubsribe unsubscibe unscribe unsub unsubscribeme unsubsrcibe unsubscirbe
            unsubsscribe unsubsribe unsubscrbe unsucribe unsubscride unsubcsribe insubscribe""",
        "text": "txt txet tect",
        "message": "msg mesage messge",
        "messages": "msgs mesages messges messags",
        "please": "pls plz plez pleas pleae plese pleease plss plzz plse",
        "dont": "dnt dotn doont",
        "you": "u yall",
        "your": "ur",
        "lose": "loose",
        "number": "nbr numba nmber numer numbr numberr",
        "contact": "contac contat",
        "remove": "remov",
    }.items()
    for wrong in wrongs.split()
}

POLITE = """please|now|thanks|thank_you|immediately|asap|already|today|right_now|ffs|sir|maam|guys|kindly|por_favor|porfavor|gracias|bitte|danke
|svp|sil_vous_plait|sil_te_plait|merci|per_favore|perfavore|grazie|obrigado|obrigada|alstublieft|alsjeblieft|aub|sofort|ya|ahora"""

ENGLISH = Phrases(
    sets={
        "polite": POLITE,
        "before": "hi|hello|hey|ok|okay|yes|no|just|i_said|seriously|so|then|stop|dear|again|omg|{polite}",
        "after": "it|this|that|everything|all|stop|stopping|forever|again|{polite}",
        "cease": "stop|quit|cease|discontinue|halt",
        "texting": """texting|messaging|contacting|bothering|spamming|harassing|disturbing|pestering|annoying|bugging|soliciting|calling
            |writing_me|writing_to_me|reaching_out|hitting_me_up|blowing_up_my|blowing_me_up""",
        "text": "text|message|contact|bother|spam|disturb|harass|write|solicit|pester|annoy",
        "texts": """text|texts|txts|message|messages|sms|notification|notifications|alerts|reminders|promo|promos|promotions|promotional
            |spam|marketing|ads|advertisements|advertising|communications|txt_msgs|junk""",
        "msgs": "texts|messages|sms|txts|notifications|alerts|spam|promos|reminders|ads|text_messages",
        "which": """me|us|all|any|the|these|those|this|your|of|with|w|so_many|more|further|automated|marketing|text|promotional|daily
            |annoying|unwanted|stupid|damn|fucking|freaking|sms|phone|future|other|such|anymore|constant""",
        "dont": "dont|do_not|never|dont_ever|do_not_ever|please_not",
        "not_wanting": """dont|do_not|no_longer|not|didnt|did_not|never""",
        "me": "me|us|this|again|anymore|here|ever",
        "list": "list|lists|database|system|contacts|records|phone_list|contact_list|directory",
        "lose": "leave|lose|delete|erase|remove|take|block|forget|get",
        "hours": """until|till|before|after|between|during|while|yet|late|so_late|this_late|early|so_early|at|when|if|unless|on_sunday
            |on_sundays|on_weekends|on_the_weekend|tonight|today|by_email""",
    },
    wishes="""^^ {before}* stop|stop_all|stopall|unsubscribe|unsubscribed|quit|end|cancel|revoke|optout|opt_out {after}* $$
        / ^ {before}* stop|stopall|unsubscribe {polite}* $ / {polite}|so|then|just stop|quit|discontinue|unsubscribe {after}* $
        / ^^ stop|unsubscribe @ $$ / s t o p / ^^ un subscribe
        / {cease} {texting}
        / {cease} sending {which}* {texts}|stuff|crap|shit|things|anything|emails_and_texts / {cease} sending {which}* $
        / {cease} {which}* {texts} / end|cancel {which}|my|text* {texts}
        / end|cancel my|the|this|our|your subscription|membership to|for|of {which}* {texts}
        / {cease} getting|receiving|having {which}* {texts} / {cease} getting|receiving {which}* $
        / you never stop {texting} / cease_and_desist
        / i|ive|already replied|texted|sent|said|typed|wrote|asked_for stop !by_accident|by_mistake|accidentally|in_error / not_interested {polite}? stop|unsubscribe / told|asked|tell|ask|want|need|like you|it|this|them to stop $
        / {dont} {text} {me} !{hours} / {dont} {text} my phone|number|cell|mobile|house / {dont} {text} {which}* $ / {text} me no_more|never_again / do_not_disturb $ / {dont} call me? again|anymore|ever
        / do_not_call_list|do_not_contact_list|dont_call_list
        / {dont} send {which}* {texts}|anything|stuff|shit|crap !{hours} / {dont} send me? this|these|those|them|any_more|anymore $
        / no more|further {which}* {msgs}|texting|messaging|contact / no more of? these|this|those $ / ^^ {polite}? no more {polite}? $$
        / ^^ {before}* no {which}* {texts}|texting|messaging {after}* $$ / enough with|of? {which}* {texts} / ^ enough_already $
        / {not_wanting} want|wish|need|wants|care|like|interested to|in? {which}* {texts} / {not_wanting} want|need these|those|them $
        / {not_wanting} want|wish|like|care|interested to|in be|get|receive|being|getting|receiving {which}* {texts}|texted|contacted|bothered|messaged
        / {not_wanting} want|wish|like|care|interested to|in receive|receiving {which}* $
        / {not_wanting} want|wish|care to hear from you / {not_wanting} want you to {text} / {not_wanting} want you texting|contacting|messaging
        / rather_not|prefer_not_to|like_to_not|like_not_to|want_to_not receive|get|have {which}* {texts}
        / leave me|us|my_phone alone|be|the_hell_alone|tf_alone / leave_me_the_fuck_alone
        / ^ go_away $ / ^ get_lost $ / fuck_off|piss_off|bugger_off|screw_off
        / lose|delete|erase|remove|forget|scratch my|this|the|our phone|cell|mobile? number|digits !plate|and_use|and_add|and_replace
        / ^ {polite}? lose|delete|remove number $
        / block|blocking you|this_number|your_number !of / report|reporting|reported you|this|it|your_number as|for|to spam|harassment|the_fcc|fcc|ftc
        / remove|take|get|strike|drop|scratch|pull|delete|cross|keep|take_off me|us|my_name|my_number|this_number|number|my_phone off|from|off_of|out_of
          your|the|this|all|any|ur|ya|these|that? text|texting|mailing|contact|contacts|marketing|call|calling|sms|phone|message|messaging|blast|spam?
          {list}|{msgs}|texting|marketing !for|of_people_who
        / remove|delete|unenroll me|us {polite}* $ / remove me|us from this|it|these|here|everything|all|the_group|this_thread $ / take me|us off this|it|these|here|everything|all|the_group|this_thread $
        / take me off {polite}* $ / unsubscribe !rate|link|button / unsubscribing $
        / opt me|us|my_number|this_number out / opt|opting out|me_out {polite}* $
        / opt|opting out of|from receiving|getting? {which}* {texts}|this|these|it|all|everything|texting / optout me|{polite}
        / revoke|revoking|withdraw|withdrawing|rescind|retract my|all|any|the? prior? consent|permission|authorization|authorisation
        / i do_not|dont|never|no_longer consent|consented|authorize|agree to? {which}* {texts}|texting|$ / i do_not|dont|no_longer consent
        / never|didnt|did_not sign|signed|signup|agree|agreed|consent|consented|subscribe|subscribed|ask|asked up? for|to? this|these|{texts}
        / turn|shut|switch off {which}* {texts} / turn|shut {which}* {texts} off
        / wrong number !of|on|for|in|plate|with|is_on|was_on|listed|written|printed|and_it / wrong_person $
        / no_longer ~ number $ / isnt|is_not|not her|his|their|the_right|the_correct|marias number !of|to_call|for
        / ^ no_soliciting|no_solicitation|no_solicitations|no_solicitors""",
    innocent="""{not_wanting}|cant|cannot|couldnt|i_wont|shouldnt|hate_to|not_to|why_did|without to? please|ever|you_ever? stop|quit|unsubscribe|opt_out|cancel
        / {not_wanting} want|wish|mean|meant|ask|asked|say|said|tell|told|need|intend|trying|going|like you|to|for|it|them|text|send|write|type|ever|say|be* stop|unsubscribe|unsubscribed|opt|opt_out|leave|block|lose
        / dont|do_not|not_to|never|wont|cant|cannot|didnt|accidentally {lose} me|us|my|this|you / did|why_did|have i|you|we|they {lose} me|us|my|this|you
        / will|would|might|could|may|i|should i|we? {lose} me|us|my|this
        / if|when|before|until|unless|because|since|after|did|why_did|hope|once|even_if you|they|she|he|we|i dont|ever? stop|quit {texting}|sending
        / i|ill|we|well|let_me|i_should|im_going_to|im_gonna|imma|i_must|i_can|i_could i|will|should|have_to|gotta? stop|quit {texting}
        / {cease} calling me? . and|just|please|only|but|you_can? {text} me?
        / {cease} {text}? by|at|in|over|off|into|on|there|here|near|for|to|sign|signs|light|lights|motion|watch|loss|order|delivery|deliveries|payment|shipment|service|work|working|worrying|button|number !spam|texting
        / reply|text|send|type|respond|replying stop|end|quit|unsubscribe to|2|for|means ~
        / how|where|can|could|what ~ unsubscribe|opt_out|optout me? from|to|of {which}* ~ newsletter|newsletters|email|emails
        / unsubscribe|remove|take me|us? from|off {which}* email|emails|e_mails|e_mail !and|or
        / i have|had|got|called|texted|dialed|dialled|messaged|gave|entered|put|typed|wrote|must_have|think_i_have|may_have you|u|in|the|a* wrong number
        / gave|give|given|entered|put|typed|called|dialed|dialled|texted|print|printed|is_this|is_it|is_that|was_it you|u|me|us|him|her|in|the|a|down* wrong number
        / got|get|getting|received|receive|had|have|has|there|why|are_there|were no more {which}* {msgs}
        / did|am i unsubscribe|unsubscribed|opt_out
        / ^^ yes|yeah|yep|ok|okay|no|sure {polite}|just|then|so* cancel it|that|{polite}* $$
        / ^^ {polite}|just|then|so* cancel it|that|today {polite}* $$ / cancel {which}|my* {texts} i|we|she|he sent|wrote|just
        / what ~ opt|unsubscribe|stop|revoke ~ mean|means""",
)
