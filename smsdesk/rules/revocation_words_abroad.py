"""The other languages' ways to want no more texts, written as `revocation_words` says."""

from collections.abc import Mapping

from smsdesk.rules.revocation_words import POLITE, Phrases

ABROAD: Mapping[str, Phrases] = {
    "es": Phrases(
        sets={
            "polite": POLITE,
            "cease": "dejen|deje|deja|dejad|dejar|paren|pare|parad|para|basta",
            "texts": "mensaje|mensajes|texto|textos|sms|mensajitos|publicidad|promociones|notificaciones|avisos|anuncios|spam|whatsapps",
            "which": "más|sus|estos|tus|los|este|esos|tantos|ningún|con|de|recibir",
            "write": """escriban|escriba|escribas|escribáis|escribir|contacten|contacte|contactes|contactar|molesten|moleste|molestes|molestar
                |texteen|textees|mensajeen""",
            "send": "manden|mande|mandes|mandar|envíen|envíe|envíes|enviar|mandéis|enviéis",
            "list": "lista|listas|base|contactos|sistema|agenda",
        },
        wishes="""{cease} ya? de escribirme|escribirnos|mensajearme|contactarme|molestarme|textearme|molestar|escribir|spamearme|acosarme|llamarme|fastidiar
            / {cease} ya? de mandarme|enviarme|mandar|enviar|mandarnos {which}* {texts}|cosas|esto|estos|$
            / {cease}|no|ni_un|ya_no|sin más? {which}* mensajes|textos|sms|publicidad|promociones !hoy
            / déjenme|déjeme|déjame|dejadme|déjennos en_paz|tranquilo|tranquila|tranquilos
            / no|nunca|jamás|ya_no|nunca_más|no_más me|nos vuelvan_a|vuelva_a|vuelvas_a? {write} !hasta|antes|después|si
            / no|nunca|ya_no me|nos vuelvan_a|vuelva_a? {send} {which}* {texts}|nada|esto|$ / no me llamen|llame|llames más
            / no quiero|deseo|queremos más? recibir|que_me|que? manden|envíen|lleguen? {which}* {texts} / no quiero|deseo que|más me? {write}
            / ^ {polite}? ya? no más {polite}? $
            / ^^ {polite}? alto|parar|pare|paren|baja|basta|cancelar|detener|deténganse|salir|desuscribir|dar_de_baja|basta_ya|ya_basta {polite}? $$
            / darme|denme|deme|dame|darnos|dénme|dadme|me_doy|dar_me|den_me de baja !del_boletín|del_curso
            / quiten|quita|quite|borren|borra|borre|elimine|eliminen|elimina|saquen|borrar|eliminar|olviden mi|este|ese número|teléfono
            / quítenme|quítame|sáquenme|sácame|bórrenme|bórrame|elimínenme|elimíname|quíteme|me_quiten|me_borren|me_saquen de su|tu|la|esta|sus|vuestra {list}
            / número equivocado|incorrecto|erróneo !de|en|para / se|te|os equivocó|equivocaron|equivocaste|equivocado|equivoca de número|persona
            / revoco|retiro mi|el consentimiento|permiso|autorización / desuscríbanme|desuscríbeme|desuscribirme|desuscríbame|desuscribir""",
        innocent="""no|nunca dejen|deje|dejes|deja|dejéis|paren|pare|pares de / no quiero darme|que_me_den de baja
            / cómo|dónde ~ darme|desuscribirme de|del baja? del|de ~ boletín|newsletter|correo|correos
            / por_qué|porque ya? no me {write}|escriben|mandan
            / di|puse|escribí|marqué|te_di|les_di|tengo|es|mandé_al el? número equivocado|incorrecto|erróneo / no hay|tengo|tienen más mensajes""",
    ),
    "fr": Phrases(
        sets={
            "polite": POLITE,
            "cease": "arrêtez|arrête|arrêter|cessez|cesse|cesser|stop|stoppez",
            "texts": "message|messages|sms|texto|textos|pub|pubs|publicité|publicités|notifications|spam|spams|promos|mails_et_sms",
            "which": "de|des|d|vos|ces|tes|les|ce|cette|autres|vos|tous|plus|toutes",
            "write": """m'écrivez|m'écris|m'écrire|nous_écrivez|me_contactez|me_contacte|me_contacter|me_textez|me_texter|m'appelez|me_dérangez|me_déranger
                |m'embêtez|me_harcelez|m'importunez|me_spammez""",
            "send": "m'envoyez|m'envoie|m'envoyer|nous_envoyez|m'adressez",
        },
        wishes="""{cease} de|d m'écrire|me_contacter|me_texter|m'importuner|me_harceler|me_déranger|me_spammer|m'appeler|m'embêter|nous_écrire|me_solliciter
            / {cease} de|d? m'envoyer|envoyer|nous_envoyer|me_envoyer|l'envoi|l'envoi_de {which}* {texts}|ça|cela|tout_ça|$
            / {cease} avec|tous|toutes? {which}* {texts} / ne|n {write} plus|jamais !tard|souvent|tôt|vite|avant
            / ^ {polite}? {write} plus {polite}? $ / ne|n? {send} plus|jamais|pas {which}* {texts}|rien|ça|$
            / veux|souhaite|désire|voulons|souhaitons|voudrais plus|pas|ne_plus|ne_pas recevoir|avoir|être|que_vous? contacté|contactée? {which}* {texts}|contacté|contactée
            / ne_plus recevoir|me_contacter|m'écrire|m'envoyer / ^^ {polite}? plus de|aucun {texts} {polite}* $$ / assez de {which}* {texts}
            / ^^ {polite}* arrêt|arrêter|arrêtez|arrête|désabonner|désabonnement|désinscrire|désinscription|stopper|assez|ça_suffit {polite}* $$
            / désabonnez|désabonne|désabonner|désinscrivez|désinscris|désinscrire moi|nous|mon / me désabonner|désinscrire !du_cours
            / laissez|laisse moi|nous tranquille|tranquilles|en_paix / foutez|fous|fichez moi la_paix
            / retirez|enlevez|supprimez|effacez|retire|supprime|enlève|effacer|supprimer|oubliez mon|ce numéro
            / retirez|enlevez|supprimez|retire|enlève moi de|des votre|la|vos|cette|ta|listes liste|listes|contacts|base|répertoire|$
            / mauvais|faux numéro !de|sur|pour / vous_êtes|t'es|tu_t'es|vous_vous_êtes|vous trompé|trompés|trompée|trompez de numéro|personne
            / révoque|retire mon|ma consentement|autorisation|accord""",
        innocent="""arrêtez|arrête|arrêter|cessez pas / n'arrêtez|n'arrête|ne_cessez pas
            / vous|tu|on|il|elle|ils|pourquoi|si ne|n? {write}|{send} plus|pas / {write} plus tard|souvent|tôt
            / comment|où ~ désabonner|désinscrire ~ newsletter|mails|mail|emails
            / donné|mis|composé|j'ai|noté|fait le|un|du|au? mauvais|faux numéro / me_suis trompé|trompée de numéro""",
    ),
    "de": Phrases(
        sets={
            "polite": POLITE,
            "texts": "nachricht|nachrichten|sms|texte|werbung|werbesms|spam|mitteilungen|benachrichtigungen|infos|smsen|textnachrichten",
            "which": "weiteren|weitere|mehr|diese|eure|ihre|deine|die|den|mit|solche|solchen|diesen|euren|ihren|von_euch|von_ihnen",
            "cease": "hört|hör|hoert|hoer|hören_sie|hoeren_sie|höre",
            "write": "schreibt|schreib|schreibe|schreiben_sie|kontaktiert|kontaktieren_sie|kontaktiere|textet|belästigt|belästigen_sie|nervt|simst",
            "send": "schickt|schick|schicke|schicken_sie|sendet|senden_sie|sende",
            "never": "nicht_mehr|nie_wieder|nie_mehr|nicht_wieder|nichts_mehr|nicht_weiter",
        },
        wishes="""{cease} bitte|endlich|sofort* auf . mir|uns|mich ~ zu_schreiben|zu_schicken|zu_senden|zu_texten|zu_belästigen|zu_belaestigen|zu_nerven|zu_kontaktieren|anzuschreiben|anzurufen
            / {cease} bitte|endlich* auf mit|damit {which}* {texts}|$ / {cease} bitte|endlich? auf {polite}? $
            / stop|stoppt|stoppen_sie mit? {which}* {texts}
            / bitte|will|möchte|moechte|wünsche|wuensche|wollen|möchten|brauche|ab_sofort ich|wir? {which}* keine|keinerlei {which}* {texts}
            / ^ keine|keinerlei {which}* {texts} mehr|bitte / ^^ keine {which}* {texts} $$
            / {write}|{send} mir|mich|uns bitte? {never} / {write}|{send} mir|mich|uns bitte? keine {which}* {texts}
            / {write}|{send} mir|mich|uns bitte? nicht $ / nicht_mehr|nie_wieder schreiben|kontaktieren|anschreiben|belästigen {polite}? $
            / will|möchte|moechte keinen|kein|nicht_mehr von? ihnen|euch? kontakt|kontaktiert|angeschrieben / kein|keinen kontakt mehr
            / lasst|lass|lassen_sie|laßt mich|uns bitte|endlich* in_ruhe|in_frieden
            / löscht|löschen_sie|lösch|loescht|loeschen_sie|lösche|entfernt|entfernen_sie|streicht|vergesst|vergessen_sie bitte? meine|diese nummer|handynummer|telefonnummer|daten|rufnummer
            / löscht|löschen_sie|entfernt|entfernen_sie|streicht|streichen_sie|nehmt|nehmen_sie mich|uns bitte? aus|von|vom eurer|der|ihrer|deiner|ihrem|eurem|dem? liste|verteiler|datenbank|kontaktliste|kontakten
            / falsche|falschen nummer !angegeben|eingegeben|auf|gewählt|gewaehlt|für|fuer|bekommen / falsch_verbunden
            / ^^ {polite}* stopp|abmelden|abbestellen|austragen|aufhören|aufhoeren|schluss|schluss_damit|abmeldung {polite}* $$
            / mich|uns hier|bitte? abmelden|austragen|abzumelden|auszutragen / melden_sie|meldet|meld|melde|tragen_sie|tragt|trag mich|uns bitte? ab|aus|hier_ab
            / widerrufe|widerruf|ziehe|entziehe hiermit|ich? meine|die|meiner einwilligung|zustimmung|erlaubnis""",
        innocent="""habe|hab|haben|bekomme|erhalte|kriege|bekam|gab|gibt|warum|wieso|kamen|kommen|bekommen ich|wir|bisher|leider|noch* keine {which}* {texts}
            / warum|wieso|wenn ~ {never} / wie ~ newsletter|emails|mails ~ abmelden|austragen|abbestellen / newsletter ~ abmelden|abbestellen
            / ich|wir hab|habe|hatte|haben|gab|wählte|euch|ihnen|dir|wohl|da* die|eine? falsche nummer""",
    ),
    "pt": Phrases(
        sets={
            "polite": POLITE,
            "cease": "pare|parem|para|parar|deixe|deixem|chega|pára",
            "texts": "mensagem|mensagens|sms|msg|msgs|textos|propaganda|propagandas|publicidade|promoções|notificações|spam|torpedos|messages",
            "which": "mais|suas|essas|estas|as|tantas|tuas|dessas|destas|esse|de|com|receber",
            "write": "escreva|escrevam|escrevas|contacte|contate|contatem|contactem|contactes|incomode|incomodem|perturbe|perturbem|chateie|chateiem",
            "send": "mande|mandem|mandes|envie|enviem|envies",
        },
        wishes="""{cease} de me|nos? escrever|contactar|contatar|incomodar|perturbar|ligar|chatear|escrever_me|contactar_me|importunar|encher
            / {cease} de me|nos? enviar|mandar|enviar_me|mandar_me|envio {which}* {texts}|message|isso|isto|coisas|$
            / {cease}|sem|não {which}* {texts} !no|na / ^ não_mais|nada_de|nunca_mais {which}* {texts}
            / não|nunca|nunca_mais me|nos? voltem_a? {write} mais|novamente|nunca|me|$ / não|nunca me|nos? {send}|enviem_me|mandem_me {which}* {texts}|nada|isso|$
            / não quero|desejo|queremos|gostaria mais|de|que_me? receber|mandem|enviem? {which}* {texts} / não quero|desejo mais? ser contatado|contactado|contatada|contactada
            / me|nos deixe|deixem|deixa em_paz / deixe|deixem|deixa me|nos em_paz
            / remova|remover|retire|retirem|tire|tirem|exclua|excluam|apague|apaguem|esqueça|removam o? meu|este|esse|deste número|telefone|contato|contacto
            / me tire|tirem|remova|removam|retire|retirem|exclua da|de|dessa|desta sua|essa|esta|vossa? lista|base
            / tire|tirem|remova|removam|retire me da|de sua|essa|vossa? lista|base
            / número errado|incorreto !de|no|na|para / ^^ {polite}? engano|foi_engano $$
            / ^^ {polite}* parar|pare|parem|sair|cancelar|descadastrar|remover|chega|stop {polite}* $$
            / descadastrar|descadastre|descadastrem|desinscrever|desinscreva|desinscrevam|descadastro
            / revogo|retiro o? meu|minha consentimento|autorização|permissão""",
        innocent="""não|nunca pare|parem|para|deixe|deixem|deixes|pares de / por_que|porque ~ não me {write} mais / não recebi|tem|há|chegou {which}* {texts}
            / como ~ descadastrar|desinscrever ~ newsletter|email|emails / dei|passei|coloquei|digitei|liguei|tenho|anotei|lhe_dei o|para_o? número errado""",
    ),
    "it": Phrases(
        sets={
            "polite": POLITE,
            "cease": "smettetela|smettila|smettete|smetti|smetta|smettere|smettetela_subito|basta|finitela|finiscila|piantatela|piantala|smettano|smettiamola",
            "texts": "messaggio|messaggi|sms|messaggini|pubblicità|promozioni|notifiche|comunicazioni|spam|avvisi",
            "which": "più|altri|questi|i|vostri|tuoi|dei|con|di|questa|tutti|nessun",
            "write": """scrivete|scrivetemi|scrivermi|scriva|scrivi|scrivere|scriveteci|scrivimi|contattate|contattatemi|contattarmi|contatti|contattare
                |disturbate|disturbatemi|disturbarmi|importunate|chiamate|chiamatemi""",
            "send": "mandate|mandatemi|mandarmi|mandare|inviate|inviatemi|inviarmi|mandi|mandami|invii|inviare",
        },
        wishes="""{cease} subito? di|a scrivermi|scriverci|contattarmi|disturbarmi|chiamarmi|messaggiarmi|scrivere|importunarmi|rompere|tormentarmi|infastidirmi
            / {cease} subito? di mandarmi|inviarmi|mandare|inviare|spedirmi {which}* {texts}|roba|$
            / {cease} {which}* {texts} / ^ niente|stop più|piu? {texts} / ^ {cease} di_scrivermi
            / non mi|ci? {write} più|mai|mai_più / non contattatemi|disturbatemi|scrivetemi|mi_contattate|mi_disturbate $
            / non mi|ci? {send} {which}* {texts}|nulla|niente|$ / non voglio|desidero|vorrei|vogliamo più? ricevere|avere|essere? {which}* {texts}|contattato|contattata
            / lasciatemi|lasciami|mi_lasci|mi_lasciate|lasciateci in_pace|stare
            / cancellate|cancella|cancelli|rimuovete|rimuovi|eliminate|elimina|togliete|togli|cancellare|dimenticate il_mio|questo numero|telefono|contatto
            / toglietemi|cancellatemi|rimuovetemi|toglimi|cancellami|rimuovimi|eliminatemi dalla|dalle|da vostra|tua|vostre|questa? lista|liste|elenco|rubrica
            / numero sbagliato|errato !di|su|per / avete|ha|hai|hanno sbagliato numero|persona
            / ^^ {polite}* basta|fermare|fermate|fermatevi|fermati|disiscrivi|disiscrivimi|cancellami|disiscrivermi|smettetela|smettila|annullare {polite}* $$
            / disiscrivetemi|disiscrivimi|disiscrivermi|disiscrivere|disiscrivi / revoco|ritiro il mio? consenso|autorizzazione""",
        innocent="""non smettere|smettete|smettetela|smettila|smetti|smetta di / perché|come_mai non ~ più
            / come ~ disiscrivermi|disiscrivere ~ newsletter|mail|email / dato|inserito|scritto|fatto|chiamato|messo il|al|un numero sbagliato|errato
            / ho sbagliato numero""",
    ),
    "nl": Phrases(
        sets={
            "polite": POLITE,
            "texts": "bericht|berichten|berichtjes|sms|smsjes|sms'jes|appjes|reclame|spam|meldingen|aanbiedingen|smsen",
            "which": "meer|deze|die|jullie|uw|je|al|de|verdere|van_jullie|met",
        },
        wishes="""stop|stopt|hou|houd|ophouden op|nu? met mij|me|ons|het|de|deze|die|al|jullie|uw* te? {texts}|sturen|sms'en|smsen|appen|schrijven|lastigvallen|contacteren
            / stop|hou|houd op? ermee|hiermee / ^ {polite}? geen {which}* {texts} meer|{polite} / ^^ geen {which}* {texts} $$
            / wil|willen|wens|wensen ik|wij? geen {which}* {texts} / stuur|stuurt|sturen me|mij|ons {polite}? geen {which}* {texts} / stuur|stuurt me|mij|ons {polite}? niets|niks meer
            / sms|app|schrijf|contacteer|bericht|bel|benader me|mij|ons {polite}? niet meer|$ / wil|willen niet meer benaderd|gecontacteerd|lastiggevallen
            / laat me|mij|ons {polite}? met_rust / verwijder|schrap|wis|vergeet mijn|dit nummer|gegevens|telefoonnummer
            / haal|verwijder|schrap me|mij|ons {polite}? van|uit de|jullie|uw|je|deze lijst|bestand|lijsten
            / verkeerd|verkeerde|fout|foute nummer !doorgegeven|ingevuld|op|gebeld|gegeven
            / ^^ {polite}* afmelden|uitschrijven|stoppen|ophouden|afmelding {polite}* $$ / mij|me|ons afmelden|uitschrijven|afgemeld / meld|schrijf me|mij|ons {polite}? af|uit
            / trek|intrek mijn toestemming in / toestemming intrekken|in""",
        innocent="""krijg|ontvang|kreeg|heb|waarom ik|nog|je|jullie* geen {which}* {texts} / niet stoppen
            / hoe ~ nieuwsbrief ~ afmelden|uitschrijven / ik|had|heb het|een? verkeerd|verkeerde|fout|foute nummer""",
    ),
}
