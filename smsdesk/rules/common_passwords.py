"""Words that people who guess passwords try first, in their plain form: no capitals, digits or signs.

Everything that is merely such a word dressed up ("P@ssw0rd2026!") comes down to it and is refused with it.
"""

WORDS = frozenset(
    """
    aaaaaa abcabc abcdef abcdefg abcdefgh abcdefghij access accessdenied admin administrador administrator
    alexander alexandra alpha always amanda america american andrew android angel angelina angels anthony
    anything apple april arsenal asdasd asdf asdfgh asdfghjkl asdzxc ashley asshole august autumn azerty
    azertyuiop babyboy babygirl banana barcelona barney bart baseball basketball batman beach beatles benjamin
    berlin birthday bitch biteme black blessed blessing blink blue blueberry bonjour boston brazil brother
    budweiser bulldog bullshit burger business buster butterfly california callofduty camaro canada champion
    changeit changeme changemenow charlie cheese cheesecake chelsea cherry chicago chicken chocolate christian
    christina christmas christopher church cisco coffee company computer computers contact contrasena cookie
    cookies corvette cowboy cowboys cracker crystal customer daddy dallas daniel danielle database december
    default delta demo denver destiny diamond doggy dollar dolphins donkey dragon dragons dreamer dreams
    drummer eagles elephant elizabeth emerald eminem england example facebook faith falcon family father
    february ferrari firewall fishing florida flower flowers football forever fortnite france freedom friday
    friend friends fuckme fuckoff fuckyou gamma gandalf gangster garden garfield george germany ghost golden
    golfer goodbye google green greenday guest guinness guitar guten hacker halloween hannah happiness happy
    harley hawaii heaven heineken hello hellohello helloworld helpdesk hobbit hockey holiday homer honda
    horses hotstuff hunter hunting hurricane ihateyou ilovegod ilovejesus iloveme iloveu iloveyou infinity
    info instagram internet iphone ireland ironman island january jasmine jennifer jessica jesus jesuschrist
    jonathan jordan joshua july june juniper juventus kawasaki killer kingkong kitten kitty lakers legend
    letmein letmeinnow letmeinplease liberty lightning linkedin linksys linux lion liverpool login logon
    london lovely loveme lover loverboy lovergirl loveyou macbook maggie magic magical manager manchester
    manunited march master masters matrix matthew maverick mercedes merlin metallica mexico michael michelle
    mickey mickeymouse microsoft million minecraft minnie mistress mommy monday money monkey moonlight
    motdepasse mother mountain music musica mustang mystery naked natasha netgear network newyork nicholas
    nicole ninja nirvana nissan nothing november ocean october office omega opensesame oracle orange packers
    panther paradise paris parola pass passcode passmaster passphrase passw password passwords passwort
    patricia peace peaches peanut penguin pepper phantom phoenix pikachu pirate pizza platinum pokemon popcorn
    porsche prince princess private pumpkin puppy purple pussy qazwsx qazwsxedc queen qweasd qweasdzxc qweqwe
    qwert qwerty qwertyui qwertyuiop qwertz rainbow ranger rangers realmadrid red redsox remember richard
    river robert roblox rocknroll rockstar root router sales samantha sample samsung samurai saturday scooter
    scotland secret secrets secure security senha september server service sesame sexy shadow signin silver
    simpsons sister skippy slipknot smile smiley snoopy snowball soccer softball soldier something spiderman
    spring starlight startrek starwars steelers stephanie storm strawberry subaru summer sunday sunshine
    superhero superman superstar superuser support suzuki sweetheart sysadmin system systems temporary
    temppass temppassword tennis test tester testing testtest texas thomas thunder thursday tiger tigers
    tinkerbell toor topsecret toyota trinity trustme trustno tuesday turtle twitter ubuntu user username
    vacation veronica victoria victory volleyball wachtwoord warcraft warrior wednesday weekend welcome
    welcomeback welcomehome whatever whiskey white william windows winner winter wizard wolverine wonderwoman
    work wsxedc yamaha yankees yellow youtube zaqwsx zxcvbn zxcvbnm
    """.split()  # noqa: SIM905
)

KEYBOARD_WALKS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "azertyuiop",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "!@#$%^&*()",
)
