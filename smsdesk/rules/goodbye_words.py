"""The words of a goodbye, one table a language: what closes by itself, and what may stand beside it.

What asks, answers, refuses or gives up is missing on purpose: please, yes, no, but, never mind, no rush, thanks in advance.
So are greetings that open as well as close ("ciao", "buenas noches"): they may only stand beside a closing.
"""

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from itertools import product


class Part(Enum):
    """What a phrase does in a goodbye."""

    CLOSING = auto()
    ASIDE = auto()


KIND_SIGNS = frozenset(
    "👍👌🙏🙌👏🤝🫶💪👋✌🤙🤗🫡🙇🤞❤♥💕💖💗💘💙💚💛💜🧡🖤🤍🤎🩷🩵💓💞💟❣😊😀😁😃😄😇😉😋😌😍😎😘😙😚😗😻🙂☺🥰🤩🥳🎉🎊🎈🎂✨🌟⭐💯💐🌹🌷🌸🌺🌻🌼☀🌞🌈😸😺🍀🔥🫰🫂🥂🍻"
)
MERRY_SIGNS = frozenset("😂🤣😅😆😹😜😝🤪🙃🤭")  # laughing, but perhaps at us: beside a closing only

JOINERS: Mapping[str, frozenset[str]] = {  # never last: "ok thanks and" has something to come
    "en": frozenset({"and", "n"}),
    "es": frozenset({"y"}),
    "fr": frozenset({"et"}),
    "de": frozenset({"und"}),
    "pt": frozenset({"e"}),
    "it": frozenset({"e", "ed"}),
    "nl": frozenset({"en"}),
}
LANGUAGES = tuple(JOINERS)

_DAYS = {
    "en": "monday/tuesday/wednesday/thursday/friday/saturday/sunday/tomorrow/tonight/soon/later/around/there/then/next week",
    "es": "lunes/martes/miércoles/jueves/viernes/sábado/domingo/mañana/pronto/luego/entonces",
    "fr": "lundi/mardi/mercredi/jeudi/vendredi/samedi/dimanche/demain/bientôt/plus/plus tard/tout à l'heure/tout de suite",
    "de": "montag/dienstag/mittwoch/donnerstag/freitag/samstag/sonntag/morgen/bald/dann/später/spaeter/gleich/nächste woche",
    "pt": "segunda/terça/quarta/quinta/sexta/sábado/domingo/amanhã/logo/mais/breve/já/mais tarde",
    "it": "lunedì/martedì/mercoledì/giovedì/venerdì/sabato/domenica/domani/presto/dopo/più tardi",
    "nl": "maandag/dinsdag/woensdag/donderdag/vrijdag/zaterdag/zondag/morgen/straks/dan/later/snel/zo/gauw/ziens",
}

_EVERYWHERE = {
    Part.CLOSING: """thanks|thank you|thank u|thank you so much|thanks so much|thankyou|thanku|thx|thnx|thanx|thks|tks|tnx|ty|tysm
        |tyvm|bye|bye bye|byebye|merci""",
    Part.ASIDE: "ok|okay|okey|k|oki|okie|okie dokie|okey dokey|super|top|perfect|cool|haha|hahaha|hehe|hihi|lol|xd|x|xo|xoxo|ciao|oh|ah|wow",
}

_TABLES: Mapping[str, Mapping[Part, str]] = {
    "en": {
        Part.CLOSING: """thanks a lot|thanks a bunch|thanks a million|thanks a ton|thanks again|thanks very much|many thanks|thank you very much
        |thank you kindly|thank you again|thanks heaps|thanks loads|thanks then|thank you both|thank you all|thank you guys|thank you sir
        |thank you maam|much appreciated|really appreciate it|i really appreciate it|appreciate it|i appreciate it|appreciate you|appreciated
        |i appreciate you|i appreciate your help|appreciate your help|appreciate the help|i appreciate the help|cheers|cheers then|ta very much
        |ta muchly|ta mate|ta love|no worries|no worries at all|no problem|no problem at all|no probs|no prob|np|nw|all good|you're welcome
        |your welcome|you are welcome|yw|my pleasure|likewise|you too|u too|you as well|same to you|and you|goodbye|good bye|bye now|bye then|bye for now
        |good night|goodnight|night night|cya|see ya|see you|see u|cu|laters|catch you later|ttyl|talk soon|talk to you soon|talk later
        |talk to you later|speak soon|see you {day}|see ya {day}|see u {day}|cya {day}|will see you {day}
        |have a {nice} {one}|have {nice} {one}|you have a {nice} {one}|enjoy your {one}|enjoy the rest of your {one}|take care|take it easy
        |god bless|god bless you|bless you|bless|got it|gotcha|understood|noted|will do|roger that|copy that|that's all|that is all
        |that's all i needed|that's all for now|that's it for now|that's everything|nothing else|i'm all set|im all set now|all set|we're all set
        |no that's all|no that is all|no that's it|no that's everything|nope that's all|nope that's it|no that's all for now
        |happy {feast}|merry {feast}|you're the best|you are the best|ur the best|you guys are the best|you're a star|you are a star|you're a legend
        |you're awesome|you are awesome|you guys are awesome|you're amazing|you are amazing|you guys are amazing|you rock|you guys rock
        |you're a lifesaver|you are a lifesaver|you're a life saver|lifesaver|love you guys|best wishes|kind regards|best regards|regards""",
        Part.ASIDE: """great|perfect|awesome|amazing|excellent|brilliant|lovely|wonderful|fantastic|fab|fabulous|nice|nice one|sweet|sorted
        |good|good stuff|grand|gr8|sounds good|sounds great|sounds perfect|sounds lovely|sounds like a plan|works for me|that works
        |that works for me|that's great|that's perfect|that's lovely|that's awesome|that's amazing|that's brilliant|that's wonderful|that's fantastic
        |that is great|that is perfect|that's good to know|good to know|great news|good news|that's great news|that's fine|that's ok|that's okay
        |that's good|that's very kind|that's so kind|that's kind of you|so kind|very kind|that helps|that helps a lot|very helpful|so helpful
        |alright|all right|alrighty|righto|right|right then|ok then|okay then|deal|so much|very much|a lot|again|mate|bro|bruv|sis|everyone|everybody|team|guys|all
        |both|sir|maam|madam|miss|dear|hun|hon|honey|love|darling|pal|man|buddy|dude|friend|my friend|folks|ladies|boss|chief|kindly|as always
        |as ever|for now|received|makes sense|it works|it works now|works now|works great|it's working|it's working now|all working now|working now
        |that worked|it worked|that fixed it|that did it|all fixed|problem solved|looking forward to it|i will|will do that|i'm good|i'm good now|phew|yay|woohoo|aw|aww
        |for {your} {help}|for everything|for all you do|for letting me know|for letting us know|for getting back to me|for getting back
        |for getting back to me so quickly|for getting back so quickly|for sorting this out|for sorting that out|for sorting it out|for sorting
        |for sorting this|for sorting that|for sorting it|for checking|for helping|for helping me|for helping us|for helping me out|for helping out
        |for understanding|for confirming|for looking into it|for looking into this|for looking into that|for being so patient|for replying
        |for asking|for that|for this|for the quick turnaround|for responding|for reaching out|for following up|for explaining|4 everything|4 ur help|4 your help""",
    },
    "es": {
        Part.CLOSING: """gracias|muchas gracias|muchísimas gracias|mil gracias|mil gracias por todo|gracias a ti|gracias a usted|gracias a ustedes
        |gracias a vosotros|muchas gracias a usted|te lo agradezco|se lo agradezco|te lo agradezco mucho|se lo agradezco mucho|muy agradecido
        |muy agradecida|agradecido|agradecida|le agradezco|te agradezco|adiós|hasta {day}|hasta el {day}|hasta la próxima|nos vemos|nos vemos {day}|nos vemos el {day}
        |nos vemos allí|chao|chau|que tenga {nice} {one}|que tengas {nice} {one}|que tengan {nice} {one}|que pase {nice} {one}|que pases {nice} {one}|feliz {one}
        |{nice} fin de semana|igualmente|de nada|no hay problema|sin problema|no pasa nada|no te preocupes|no se preocupe|cuídate|cuídese|saludos
        |un saludo|un abrazo|abrazos|besos|entendido|un placer|dios le bendiga|dios te bendiga|dios los bendiga|bendiciones|eso es todo|eso era todo""",
        Part.ASIDE: """vale|de acuerdo|perfecto|genial|estupendo|fenomenal|excelente|muy bien|bien|muy amable|muy amables|listo|bueno|buenísimo|todo bien|qué bien|qué bueno
        |por todo|por su ayuda|por tu ayuda|por la ayuda|por vuestra ayuda|por la info|por la información|por avisar|por avisarme|por responder|por su respuesta
        |por tu respuesta|por la respuesta|por contestar|por su tiempo|por tu tiempo|por su atención|por la atención|de verdad|de corazón|amigo|amiga|amigos|señor
        |señora|señorita|guapa|guapo|dale|sale|okis|a todos|equipo|chicos|chicas|buenas noches|buenas tardes|buen día|jaja|jajaja|jeje|muchas|encantada|encantado|recibido""",
    },
    "fr": {
        Part.CLOSING: """merci beaucoup|merci bien|merci infiniment|merci mille fois|mille mercis|merci à vous|merci à toi|merci à vous aussi|un grand merci|grand merci|encore merci
        |merci encore|je vous remercie|je te remercie|je vous remercie beaucoup|mrc|au revoir|aurevoir|à {day}|à la prochaine|à toute|bonne {one}|bonne fin de journée
        |bonne fin de semaine|bonne continuation|bonne nuit|bon week-end|bon weekend|bon we|très bonne {one}|passez une bonne {one}|passe une bonne {one}|de rien
        |pas de souci|pas de soucis|pas de problème|aucun souci|aucun problème|avec plaisir|cordialement|bien à vous|bisous|bises|bise|bien reçu|bien noté|c'est noté
        |c'est compris|compris|entendu|de même|pareillement|vous aussi|toi aussi|à vous aussi|à toi aussi|adieu|belle {one}|ce sera tout|c'est tout""",
        Part.ASIDE: """d'accord|dac|parfait|génial|très bien|bien|excellent|nickel|impeccable|impec|ça marche|c'est parfait|c'est super|c'est top|c'est gentil|c'est très gentil
        |très gentil|trop gentil|formidable|magnifique|pour tout|pour votre aide|pour ton aide|pour votre réponse|pour ta réponse|pour la réponse|pour l'info|pour l'information
        |pour les infos|pour votre temps|pour votre réactivité|pour votre retour|pour votre rapidité|pour la rapidité|pour le retour|encore|beaucoup|vraiment|salut
        |tout le monde|madame|monsieur|à tous|à toute l'équipe|l'équipe|les amis|ouf|mdr|bon""",
    },
    "de": {
        Part.CLOSING: """danke|dankeschön|dankeschoen|danke schön|danke schoen|danke sehr|vielen dank|vielen lieben dank|vielen herzlichen dank|herzlichen dank|besten dank|lieben dank
        |tausend dank|danke dir|danke ihnen|danke euch|danke vielmals|merci vielmals|ich danke dir|ich danke ihnen|ich danke euch|danke nochmal|danke nochmals|tschüss|tschüß|tschuess|tschö|tschau
        |auf wiedersehen|auf wiederhören|auf wiederhoeren|bis {day}|dann bis {day}|also bis {day}|{nice} tag|{nice} tag noch|{nice} abend|{nice} abend noch|{nice} feierabend|schönes wochenende
        |ein schönes wochenende|gute nacht|gern geschehen|kein problem|keine ursache|nichts zu danken|alles klar|alles gut|verstanden|gleichfalls|ebenso|ebenfalls|dir auch|ihnen auch|euch auch
        |wünsche ich auch|lg|vg|mfg|liebe grüße|liebe gruesse|viele grüße|viele gruesse|schöne grüße|beste grüße|mit freundlichen grüßen|freundliche grüße|mach's gut|machen sie's gut|das war's|das wars schon""",
        Part.ASIDE: """gut|sehr gut|prima|toll|klasse|perfekt|passt|das passt|passt so|in ordnung|wunderbar|spitze|genial|schön|sehr schön|für alles|für die hilfe|für ihre hilfe|für deine hilfe|für eure hilfe
        |für die info|für die information|für die infos|für die schnelle antwort|für die antwort|für ihre antwort|für die rückmeldung|für die schnelle rückmeldung|für die schnelle hilfe|für die mühe|für ihre mühe|für ihre zeit
        |nochmal|nochmals|noch mal|echt|sehr|lieb|sehr lieb|sehr nett|sehr freundlich|das ist lieb|ihr seid super|ihr seid die besten|freut mich|hat geklappt|funktioniert|funktioniert jetzt|es funktioniert|es funktioniert jetzt
        |jetzt geht's|okidoki|also|servus|an alle|leute""",
    },
    "pt": {
        Part.CLOSING: """obrigado|obrigada|muito obrigado|muito obrigada|obrigadão|obrigadinha|obg|obgd|brigado|brigada|brigadão|valeu|vlw|agradeço|agradeço muito|agradecido|agradecida|grato|grata
        |tchau|tchauzinho|até {day}|até à próxima|até a próxima|adeus|tenha um {nice} dia|tenham um {nice} dia|tenha uma {nice} noite|tenha uma {nice} tarde|{nice} fim de semana|{nice} final de semana|{nice} resto de dia
        |igualmente|de nada|por nada|não há de quê|imagina|sem problema|sem problemas|entendido|entendi|abraço|abraços|um abraço|beijo|beijos|bjs|beijinhos|fique com deus|deus abençoe|deus te abençoe|cumprimentos|era só isso|é só isso""",
        Part.ASIDE: """tá|tá bom|tá bem|tá certo|tá ok|está bem|certo|perfeito|perfeita|ótimo|excelente|maravilha|maravilhoso|show|show de bola|beleza|blz|legal|fixe|bom|muito bom|tudo bem|tudo certo|combinado|pela ajuda
        |pela sua ajuda|por tudo|pela atenção|pela informação|pela resposta|pelo retorno|pela rapidez|pelo atendimento|pelo apoio|amigo|amiga|querida|querido|gente|pessoal|rs|rsrs|boa noite|boa tarde|muito|mesmo|de coração|recebido""",
    },
    "it": {
        Part.CLOSING: """grazie|grazie mille|mille grazie|grazie tante|tante grazie|grazie infinite|grazie di tutto|grazie di cuore|grazie a te|grazie a lei|grazie a voi|grazie ancora|ti ringrazio|la ringrazio|vi ringrazio
        |ti ringrazio molto|la ringrazio molto|arrivederci|arrivederla|a {day}|ci vediamo|ci vediamo {day}|ci sentiamo|ci sentiamo {day}|buona giornata|buona serata|buonanotte|buona notte|buon weekend|buon fine settimana|buona domenica
        |buon lavoro|altrettanto|anche a te|anche a lei|anche a voi|di niente|di nulla|nessun problema|figurati|si figuri|non c'è problema|non c'è di che|capito|ricevuto|saluti|cordiali saluti|un saluto|un abbraccio|un bacio|baci|è tutto""",
        Part.ASIDE: """va bene|va benissimo|perfetto|ottimo|benissimo|bene|molto bene|d'accordo|fantastico|gentilissimo|gentilissima|gentilissimi|molto gentile|molto gentili|per tutto|per l'aiuto|per il tuo aiuto|per il suo aiuto|per la risposta
        |per la tua risposta|per la sua risposta|per l'informazione|per le informazioni|per la disponibilità|per la pazienza|ancora|davvero|tanto|di tutto|di cuore|a tutti|ragazzi|bravissimi|bravi|allora""",
    },
    "nl": {
        Part.CLOSING: """bedankt|hartelijk bedankt|heel erg bedankt|erg bedankt|super bedankt|dank je|dankje|dank je wel|dankjewel|dank u|dank u wel|dankuwel|veel dank|hartelijk dank|heel veel dank|dank|doei|doeg|doeii|tot {day}|tot de volgende keer
        |fijne {one}|fijne {one} nog|fijn weekend|prettige {one}|prettig weekend|goed weekend|welterusten|slaap lekker|goedenacht|geen probleem|geen dank|graag gedaan|jij ook|u ook|jullie ook|hetzelfde|insgelijks|begrepen
        |duidelijk|helder|groetjes|groeten|groet|gr|mvg|met vriendelijke groet|vriendelijke groet|dat was het|dat was alles""",
        Part.ASIDE: """oke|okee|okidoki|prima|goed|heel goed|mooi|fijn|heel fijn|helemaal goed|helemaal top|is goed|dat is goed|leuk|geweldig|lekker|fantastisch|voor alles|voor je hulp|voor uw hulp|voor jullie hulp|voor de hulp|voor de info
        |voor je reactie|voor uw reactie|voor de reactie|voor de snelle reactie|voor het antwoord|voor de informatie|voor de moeite|nogmaals|hoor|joh|lief|wat lief|wat fijn|allemaal|dag|mevrouw|meneer""",
    },
}

_SLOTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "nice": "good/great/nice/lovely/wonderful/fantastic/blessed",
        "one": "day/one/evening/night/weekend/afternoon/week/trip/holiday/rest of your day/rest of the day",
        "feast": "holidays/christmas/new year/thanksgiving/easter/weekend",
        "your": "your/the/all your/all the/ur/all of your",
        "help": "help/time/reply/quick reply/fast reply/prompt reply/response/quick response/fast response/update/info/information/heads up/patience"
        "/assistance/support/service/great service/quick service/understanding/confirmation/kind words/advice/effort/hard work/reminder",
    },
    "es": {
        "nice": "buen/un buen/buena/una buena/lindo/un lindo/bonito/un bonito/feliz/un feliz/excelente/un excelente",
        "one": "día/tarde/noche/fin de semana/semana/finde",
    },
    "fr": {"one": "journée/soirée/après-midi/semaine"},
    "de": {"nice": "schönen/schoenen/einen schönen/guten/einen guten"},
    "pt": {"nice": "bom/ótimo/lindo/boa/ótima/excelente"},
    "it": {},
    "nl": {"one": "dag/avond/middag/week/zondag/vakantie"},
}


def phrases(language: str) -> Mapping[str, Part]:
    """Every phrase that a goodbye in this language may be made of, slots filled in."""
    slots = {"day": _DAYS[language], **_SLOTS[language]}
    return {
        phrase: part
        for table in (_EVERYWHERE, _TABLES[language])
        for part in (Part.ASIDE, Part.CLOSING)
        for pattern in table[part].split("|")
        for phrase in _filled(" ".join(pattern.split()), slots)
    }


def _filled(pattern: str, slots: Mapping[str, str]) -> Iterator[str]:
    names = [name for name in slots if f"{{{name}}}" in pattern]
    for words in product(*(slots[name].split("/") for name in names)):
        yield pattern.format(**dict(zip(names, words, strict=True)))
