"""Where the name of a person, or the house they live in, is said: patterns that see characters in their plain form."""

import re

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石"
    "金韦贾夏付傅方邹熊孟秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤温康施洪季文倪葛翁祝简柯"
)
_COMPOUND = "欧阳|司马|上官|诸葛|司徒|夏侯|皇甫|尉迟|东方|慕容|令狐|端木|公孙|宇文|长孙|南宫"
_FULL_NAME = rf"(?:(?:{_COMPOUND})[\u4e00-\u9fff]{{1,2}}|[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})"
# Of whatever characters, of a minority too: 阿依古丽·买买提.
_ANY_NAME = r"[\u4e00-\u9fff]{1,7}(?:·[\u4e00-\u9fff]{1,7}){1,3}|[\u4e00-\u9fff]{2,4}"
_RELATIVES = (
    "老婆|老公|妻子|丈夫|爱人|对象|儿子|女儿|孩子|小孩|宝宝|父亲|母亲|爸|妈|爷爷|奶奶|外公|外婆|哥|姐|弟|妹|孙子|孙女"
    "|朋友|同事|室友"
)
# 我叫不到车, 我叫了救护车.
_NO_NAME = "(?!什么|不|错|真|假|啥|谁|对|要|了|号|个|我|他|她|它|你|您|车|人|外卖|过|来|的|救护|快递|滴滴|开锁|物业|警)"
# What begins like a name: 我是高中，我是安徽，本人于去年.
_WORDS = (
    "(?!高中|高三|高二|高一|高管|高校|高级|高龄|安徽|江苏|江西|江阴|苏州|苏北|徐州|温州|金华|郑州|广州|武汉|武进|石家庄|唐山|吴江|周[一二三四五六日末天]|"
    "马上|方便|文盲|文员|于[去今本上昨前]|任职|任何|程序员|石油|万一|许多|金融|何时|何地|高考|严重|孔雀|雷锋|龙华|石化|付款|付了|付费|段长|施工|康复|简单|温馨)"
)
# What these surnames begin, said of somebody, is a word more often than a name: 孩子马上要高考，爸爸曾在江西。
_WORD_LIST = """
王者 王牌 李子 张嘴 张罗 张贴 张口 刘海 陈年 陈述 陈旧 陈皮 杨梅 杨桃 吴语 胡乱 胡闹 郭外 宋词 宋体 唐诗
董监 蔡司 杜甫 苏绣 苏式 丁字 沈家 谭嗣 范文 范例 邹平 熊猫 孟母 秦岭 秦腔 孔子 孔庙 汤药 汤圆 洪水 洪灾
傅里 姜片 罗汉 潘多 杨浦 杨树 黄浦 黄码 黄疸 黄金 黄牛 吴淞 吴中 吴泾 周岁 周围 周边 周转 周期 周年 周浦
徐汇 徐家汇 徐泾 孙子 孙女 马路 马桥 马陆 朱家角 朱泾 胡说 胡同 何种 何处 何必 何况 何以 何故 林业 林地 高烧
高职 高新 高铁 高速 高度 高额 高温 高层 高价 高于 高等 高危 高桥 高行 高东 高兴 高中 高血 高原 高端 高薪
罗店 罗泾 罗列 郑重 谢谢 唐镇 唐氏 许可 许久 许诺 韩国 韩语 曹杨 曹路 曹家 彭浦 曾经 曾在 曾用 曾祖 曾是
曾有 曾于 曾任 肖像 田地 田林 董事 余额 余下 余款 于是 杜绝 叶酸 叶榭 程序 程度 苏醒 丁克 任教 任意 任务
任期 任性 卢湾 沈阳 沈巷 钟点 钟表 陆续 陆家 陆地 范围 石库 石门 石膏 石头 石材 金额 金山 金钱 金桥 金泽
金属 金卡 夏天 夏季 夏令 付出 付清 付钱 付不 付的 方式 方面 方案 方向 方能 方可 方法 方才 方言 江宁 江湾
江桥 江川 江浙 段落 段时 龙柏 龙阳 史料 贺卡 顾村 顾客 顾问 顾虑 毛病 万元 万名 万岁 钱款 钱包 钱财 严格
武警 武术 武器 戴眼 戴口 戴着 戴的 戴上 莫名 温度 温暖 康健 康宁 康桥 康养 施行 施救 施暴 施害 季度 季节
文凭 文化 文件 文书 文科 文艺 文身 文学 祝您 祝你 祝福 简历 简易 简化 简称 先生 女士 毛泽东 邓小平 周恩来
刘少奇 朱德 雷锋 焦裕禄
关系 关于 关键 关门 关注 单位 单独 单身 单亲 单方 单程 单元 安全 安排 安置 安静 安装 安心 常住 常用 常见 常年
常常 白天 白色 白领 白卡 齐全 路上 路过 路口 路费 迟到 迟迟 项目 项下 景点 景区 梅雨 梅陇 牛奶 苗木 楼上 楼下
楼道 房子 房屋 房产 房租 房间 房东 宁愿 宁可 冷静 辛苦 蓝色 尚未 尚有 盛大 童年 甘愿 游客 游泳 卓越 向上 向下
向来 易于 易燃 穆斯林 赖账 赖着 纪念 纪律 付定 付房 付租 付首 付全 耿直 阮囊 兰州 伍佰 涂改 涂料 管理 齐备 景观
蒙古 鲍鱼
"""
_ALSO_WORDS = f"(?!{'|'.join(_WORD_LIST.split())})"
_TITLES = (
    "(?!先生|女士|小姐|老师|医生|大夫|主任|警官|师傅|阿姨|叔叔|经理|律师|书记|同志|老板|教授|护士"
    "|.?[局科处院校所站队厅区市镇乡村县社]长|某)"
)
# Of a given name: not what goes on after it (张强的社保, 刘婷要生二胎).
_GOES_ON = "的了在是要也都还就被把将从到对给因由没不会想需怎几什吗呢吧啊这那我你他她它们您请问谁"
_GOES_ON_LATER = _GOES_ON + "上有去已来住和与能办应该出今刚现户社医身转考读年岁参"
_GIVEN = rf"{_TITLES}[^\W\d_a-zA-Z{_GOES_ON}](?:[^\W\d_a-zA-Z{_GOES_ON_LATER}])?"
# Those that are hardly ever the beginning of a word.
_SURNAMES_ALONE = (
    "王李张刘陈杨赵吴徐孙朱胡郭罗郑梁宋韩冯邓曹彭肖董潘袁蔡蒋杜魏苏吕卢姚沈姜崔谭范廖"
    "韦贾傅邹熊孟秦邱尹薛闫侯郝龚邵覃倪葛翁柯"
)
_SAID_OF = (
    "孩子|小孩|宝宝|儿子|女儿|老公|老婆|妻子|丈夫|爱人|配偶|父亲|母亲|爸爸|妈妈|爷爷|奶奶|外公|外婆"
    "|岳父|岳母|公公|婆婆|哥哥|姐姐|弟弟|妹妹|孙子|孙女|外孙|外孙女"
)
# After a surname that is a word as well.
_IS_SAID_TO = (
    r"(?=[,，。.;；、!！?？\s\d]|$|的|今年|已经?|身份证|户口|医保|社保|是|在|要|想|办|怀孕|生[了育病]|服|参"
    r"|上[小初高中大学幼]|去[世年]|刚|最近|出生|住院|退休|没|有|户|从|因|怎么|能|可以)"
)
_GREETED = "您好|你好|先生|女士|同志|小姐"
_HAN = r"\u4e00-\u9fff"

_ENDS = r"(?=[,，。.;；、!！?？\s]|$|身份证|电话|手机|性别|[(（][男女])"

# Before a name in forms and talk, with or without a colon: 户主陈建华, 联系人周敏.
_LABELS = (
    "姓名|名字|户口本上(?:写的)?|户主|[户账]户?名|开户人|担保人|代理人|寄件人|收货人|联系人|联络人|申请人|收件人|经办人|代办人|参保人|委托人|受托人|监护人|被?保险人|投保人|受益人"
    "|缴费人|权利人|产权人|业主|房东|租客|承租人|出租人|患者|死者|逝者|未成年人|员工|职工|法定代表人|法人代表|法人|负责人|收款人"
    "|签名人?|签字人?|署名|落款|此致敬礼|当事人|投诉人|反映人|前夫|前妻|媳妇|女婿|儿媳|舅舅|舅妈|姑姑|姑父|姨妈|姨夫|叔叔|伯伯|侄子|侄女|外甥|外甥女|邻居"
)
# After a name that no colon announced, so that 业主高兴 stays.
_IS_SAID_OF = (
    r"(?=[,，。.;；、!！?？\s〔”\"]|$|的|今年|已经?|提交|[来到补]交|递交|身份证|电话|手机|户口|医保|社保|收|申请|变更|去世|到场|丢|离职|不(?:配合|肯|同意)|怀孕|生[了育病]|住院|退休|出生|搬|签|一[起同道]|地址|住址|让我|到不了|[和与及跟](?:我|他|她|其|[\u4e00-\u9fff]{1,3}人)"
    r"|要[办申去迁变换补注改]|想[办申去]|先生|女士)"
)
_MASKED_NUMBER = "〔(?:手机号|座机号|证件号|卡号|账号)〕"
_OF_NUMBERS = r"(?:的?(?:身份证|证件|联系)?(?:电话|手机|方式|护照|身份证|证件|银行卡|卡)?(?:号码|号)?)"
# Behind a label or beside a number, where what follows must end it, more surnames and given names are safe.
_MORE_SURNAMES = (
    "萧白邢骆焦殷牛梅穆尚甘盛童滕佟窦苗柴宁蒙隋耿游卓蓝岳鲍冷詹辛闵栾邬楚景涂项赖迟单"
    "关纪乔谯楼安常易向阮房裴齐路伍兰濮申舒丘"
)
_NAMED = (
    rf"{_WORDS}{_ALSO_WORDS}(?:{_COMPOUND}|[{_SURNAMES}{_MORE_SURNAMES}])"
    rf"{_TITLES}[^\W\d_a-zA-Z{_GOES_ON}](?:[^\W\d_a-zA-Z{_GOES_ON}])?"
)
# 张李雨桐: the surnames of father and mother, then what the child is called.
_OF_TWO_SURNAMES = rf"{_WORDS}{_ALSO_WORDS}[{_SURNAMES}][{_SURNAMES}]{_TITLES}[^\W\d_a-zA-Z{_GOES_ON_LATER}]{{2}}"
_NAMED_WHOLE = rf"(?:{_OF_TWO_SURNAMES}|{_NAMED})"
# 我是潘长江的儿子
_OF_A_RELATIVE = rf"(?=的?(?:{_RELATIVES}|爸爸|妈妈|家长|家属|监护人|邻居))"
# 本人宋祖英办理退休: what people say they do. 本人于三月申请, 本人曾申请 and 本人向贵局 are none.
_DOES = r"(?=[因需想要]|申请|办理|已于?|现[在需]|今年|于\d|户口|身份证|退休|自愿|委托|[,，。\s]|$)"
_NOT_OF_MYSELF = "(?![于曾向常单安关易应许])"
# Where a sentence or what is said of somebody begins.
_BEGINS = rf"(?:(?<![{_HAN}])|(?<=联系)|(?<=您好)|(?<=你好)|(?<=同事)|(?<=朋友)|(?<=[找给跟叫请是]))"

# Hardly ever anything but the beginning of a name; 东方, 长孙 and 公孙 are words. Not of a road or a place named so.
_ONLY_SURNAMES = "欧阳|司马|上官|诸葛|司徒|夏侯|皇甫|尉迟|慕容|令狐|端木|宇文|南宫|独孤|轩辕|呼延|淳于|澹台|拓跋"
_OF_PLACES = "路街道镇村桥巷弄河山庙墓祠姓氏站市区县"
_AFTER_COMPOUND = rf"[^\W\d_a-zA-Z{_GOES_ON}{_OF_PLACES}能可以申登办户]"
_COMPOUND_NAME = (
    rf"(?:{_ONLY_SURNAMES}){_TITLES}{_AFTER_COMPOUND}(?![{_HAN}]?[{_OF_PLACES}])"
    rf"(?:(?!女士)[^\W\d_a-zA-Z{_GOES_ON_LATER}{_OF_PLACES}](?![{_OF_PLACES}]))?"
)
# Names of Uyghurs, Kazakhs and others as they are written in Chinese: characters that hardly form words together.
_OF_SOUNDS = (
    "阿艾买麦提古丽尔木江吐合热力汗依米娜卡哈孜拉图尼牙亚斯别克巴都不迪沙布赫曼玛苏甫娅肖开帕夏穆萨司马义努伊塔茹仙"
    "赛叶加特玉素莫明吾坎托乎拜扎西多吉次仁卓央金措旺珠贡桑罗平顿嘎格达瓦尊拥逊居再比亥姆祖农胡孙玖乌"
)
_FROM_SOUNDS = rf"[{_OF_SOUNDS}]{{2,8}}(?:·[{_OF_SOUNDS}]{{1,8}}){{1,2}}"

# What given names are made of: behind who it is said of and a surname, two of these are hardly ever a word.
_IN_NAMES = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英兰华玉萍玲芬燕梅荣珍凤莲香琴云雪琳晶莹洁颖怡婷雯雅欣慧佳嘉倩蕾薇菲琪"
    "瑶璐丹彤娇媛妍婕芸芝菊翠彩银爱晨晓旭阳东海波江涵浩瀚宇轩宏鸿鹏飞翔龙虎豪俊峰岭岩松柏林森桐楠梓国庆民胜兴福禄寿喜祥瑞"
    "吉贵富宝金铜铁钢锋锐鑫德仁义礼智忠孝诚武斌彬博才思远达哲诗根盛茂繁耀辉光亮灿炎焕炳恒久康宁泰善良贤淑惠娣妹珠珊瑚琼瑜瑾"
    "琦瑛璇珏露霖震雷霆振启勤俭顺亨贞凯旋奇伦贻绍继承祖守敬崇尚清澄洪汉川泉湘苏炜烨煜翼羽昊昱昕晟晗曦昀皓毅坚卓越骏驰猛虹岚"
    "峻嵘巍玲珑黛眉蓉莉茜荷菁萱葵蓓苗茵菡莎仙狗毛红永生文志山林"
)
_FIRST_IN_NAMES = f"{_IN_NAMES}小大家建正新立成学子美世春秋冬长月"
_LAST_IN_NAMES = f"{_IN_NAMES}元媚囡"
# 居民文明，居民高峰，村民金秋: words of two of these.
_WORDS_OF_NAMES = (
    "(?!文明|文华|高峰|高明|高贵|高雅|高寿|金秋|金银|金铜|金铁|金光|金玉|金龙|金海|康宁|康泰|康乐|温泉|洪峰|洪福|江海|江山|江东|武林"
    "|林海|林清|华东|华清|张江|马龙|马上|马达|方明|石英|石林|雷达|龙凤|龙卷|史诗|汪洋|杨柳|杨柏|胡杨|顾家|万福|万达|万家|万祥|万春|万世"
    "|毛茂|成长|叶茂|严冬|严正|严明|钱江|严守|方正|方家|郑家|任家|康平|季春|季冬|施家|周家|宋庆龄|唐山|石家|石化|洪山|江小|万山)"
)
_OF_TWO_IN_NAMES = (
    rf"{_WORDS}{_ALSO_WORDS}{_WORDS_OF_NAMES}(?:{_COMPOUND}|[{_SURNAMES}萧邢骆焦殷牛穆甘滕佟窦柴隋耿岳鲍詹辛闵栾邬楚涂赖迟纪乔阮裴伍戚])"
    rf"(?:阿[大二三四{_LAST_IN_NAMES}]|[{_FIRST_IN_NAMES}][{_LAST_IN_NAMES}])(?![{_HAN}]?[{_OF_PLACES}])"
)
_OF_ONE_IN_NAMES = rf"{_WORDS}{_ALSO_WORDS}{_WORDS_OF_NAMES}[{_SURNAMES_ALONE}贺方高江钱严汤施][{_LAST_IN_NAMES}]"
# Whom helpers and officials tell of: 群众王桂兰反映, 陪同老人陆阿根到窗口.
_TOLD_OF = (
    "陪同(?:办事)?|陪着?|帮办|代表|服务对象|对象|群众|老人|孤老|居民|市民|村民|残疾人|家属|家长|亲属|子女|来访人|来电人|申请人|当事人|办事人员?"
    "|经办人员?|务工人员|工作人员|负责人|职工|员工|个体户|业主|户主|老伴|志愿者|求助人|访客|客户|学生|考生|患者|租客"
)
_GOES_ON_OF_ONE = rf"(?=[,，。.;；、:！!?？\s(〔]|$|[{_GOES_ON}{_GOES_ON_LATER}反表提说问填等带用持打跑])"

# Such names where nothing but a label says that it is a name, so without what words are made of (户主都不同意).
_SOUNDS_ALONE = f"[{re.sub('[不都再多居在加特别马罗达力合曼央金]', '', _OF_SOUNDS)}力合曼]"
_LATIN_NAME = r"[A-Z][A-Za-z'’]+(?:[ .·-]{1,2}[A-Z][A-Za-z'’]*){1,3}"

# 我叫“张大千”
_OPENED = '[“"「『《(（【]?'

NAMES = (
    rf"(?P<it>{_COMPOUND_NAME})",
    rf"(?P<it>{_FROM_SOUNDS})",
    rf"(?:我是|本人|{_LABELS})\s?[:是为叫]{{0,2}}\s?(?P<it>[{_HAN}]{{2,6}}·[{_HAN}]{{2,5}})",
    rf"(?:同事|朋友|同学|室友|邻居)(?P<it>{_NAMED})(?=[也没说帮和跟、])",
    rf"(?:经办人员?|办事员|窗口的|柜台的)(?P<it>{_NAMED})(?=[说讲让叫]|告诉|不给|没给|要我|给我)",
    rf"(?:委托|授权|拜托)(?P<it>{_NAMED})(?=代|办|领|去|来|到|帮)",
    rf"(?<!帮)[我俺咱]叫[:\s]{{0,2}}{_OPENED}{_NO_NAME}(?P<it>{_ANY_NAME})",
    rf"(?<!帮)[我俺咱]叫[:\s]{{0,2}}{_OPENED}(?P<it>[A-Z][a-z'’]{{2,19}})(?![A-Za-z])",
    # 我叫 张 伟
    rf"(?:我叫|姓名)[:\s]{{1,2}}(?P<it>[{_SURNAMES}{_MORE_SURNAMES}] [{_HAN}]{{1,2}}){_ENDS}",
    rf"(?:姓名|名字)\s?:\s?(?P<it>{_ANY_NAME})",
    rf"(?:[Nn]ame|NAME|姓名)[\"'”]?\s?[:=]\s?[\"'“]?(?P<it>{_NAMED}(?=[\"'”&,，}}\s]|$)|{_LATIN_NAME})",
    rf"(?:(?<![{_HAN}])全名|(?<![{_HAN}])大名|[本真]名|[都们人][叫喊][我他她])(?!单)[是叫为:\s]{{0,2}}{_OPENED}(?P<it>{_NAMED}){_ENDS}",
    # A surname of two characters says who it is.
    rf"(?:敝姓|免贵姓|我姓|本人姓)(?P<it>{_ONLY_SURNAMES}|{_COMPOUND})",
    rf"(?:敝|免贵|我|本人)姓(?:〔姓名〕|[{_HAN}]{{1,2}})[,，\s]?单?名(?:一个|叫)?(?P<it>[{_HAN}])字",
    rf"我姓[{_HAN}]{{1,2}}[,，\s]?名(?P<it>[{_HAN}]{{1,2}}){_ENDS}",
    rf"姓名\s?[是为]\s?(?P<it>{_ANY_NAME})",
    rf"(?:(?:{_RELATIVES})(?:的?名字)?名?叫|名叫|名字(?:叫|是)|姓[\u4e00-\u9fff]{{1,2}}[,，\s]?(?:名字?)?叫)\s?{_NO_NAME}"
    rf"(?P<it>{_ANY_NAME})",
    rf"(?:申请人|联系人|当事人|投诉人|反映人|户主|收件人|经办人|代办人|参保人)\s?:\s?(?P<it>{_FULL_NAME})",
    rf"(?:我是|本人){_WORDS}(?P<it>{_FULL_NAME}){_ENDS}",
    rf"(?:(?<![{_HAN}])|(?<=请问)|(?<=您好)|(?<=你好)|(?<=我是)|(?<=联系)|(?<=[找给跟叫]))"
    rf"(?P<it>{_WORDS}{_ALSO_WORDS}(?:{_COMPOUND}|[{_SURNAMES}]){_GIVEN})(?={_GREETED})",
    rf"(?:{_LABELS})(?:姓名|名字)?\s?(?:上?写)?[:是为叫的]{{0,2}}\s?(?:我?[爸妈])?(?P<it>{_NAMED}){_IS_SAID_OF}",
    rf"(?:{_LABELS}|本人|我是)(?:姓名|名字)?\s?[:是为叫]{{0,2}}\s?(?P<it>{_OF_TWO_SURNAMES})",
    rf"{_BEGINS}(?P<it>{_OF_TWO_SURNAMES})(?={_GREETED}|老师|本人|是我|的(?:身份证|户口|医保|社保|护照|居住证|手机|电话|证件))",
    rf"(?:(?:您|你)好[,，\s]?|我是)(?P<it>{_NAMED}){_ENDS}",
    rf"我是(?P<it>{_NAMED}){_OF_A_RELATIVE}",
    rf"本人{_NOT_OF_MYSELF}(?P<it>{_NAMED}){_DOES}",
    rf"(?:姓名|{_LABELS}|本人)\s?[:是为叫]{{0,2}}\s?(?P<it>(?=[{_OF_SOUNDS}]{{3}}){_SOUNDS_ALONE}{{3,8}})(?:{_ENDS}|{_DOES})",
    rf"(?:窗口的?|的|请|找|联系|通知|(?<![{_HAN}]))(?P<it>{_WORDS}{_ALSO_WORDS}[{_SURNAMES_ALONE}][^\W\d_a-zA-Z{_GOES_ON_LATER}]{{2}})(?=老师|先生|女士|小姐)",
    rf"[老小][{_SURNAMES}]\((?P<it>{_NAMED_WHOLE})\)",
    # 小李，李文博
    rf"[老小]([{_SURNAMES}{_MORE_SURNAMES}])[,，、\s](?P<it>\1{_TITLES}[{_HAN}]{{1,2}}){_ENDS}",
    rf"(?:{_RELATIVES}|邻居)[老小阿][{_HAN}]名?叫(?P<it>{_NAMED}){_IS_SAID_OF}",
    rf"(?:[爸妈]|岳[父母])(?P<it>{_NAMED}){_IS_SAID_TO}",
    rf"(?:{_TOLD_OF})[:\s]?(?P<it>{_OF_TWO_IN_NAMES}|{_OF_ONE_IN_NAMES}{_GOES_ON_OF_ONE})",
    # 沈阿妹（女，74岁）, but not 杨浦区老人（80岁以上）
    rf"(?P<it>{_OF_TWO_IN_NAMES}|{_BEGINS}{_OF_ONE_IN_NAMES})(?=\((?:[男女][,，)]|\d{{1,3}}岁(?!以)))",
    rf"{_BEGINS}(?P<it>{_NAMED})(?=[,，、\s]{{0,2}}(?:[男女][,，、\s]{{0,2}})?〔出生日期〕(?:出?生|$|[,，。]))",
    rf"(?:[Mm]y name is|[Ii] am|[Ii]['’]m|我叫|姓名(?:拼音)?|名字[叫是]?|{_LABELS}|本人)\s?[:是为叫]?\s?"
    rf"(?P<it>{_LATIN_NAME})",
    rf"[Tt]his is (?P<it>{_LATIN_NAME})(?= (?:speaking|calling|here)|[,.，。])",
    rf"(?:{_MASKED_NUMBER}[,，、\s]?|〔出生日期〕(?:出?生的|[,，]我?叫))(?P<it>{_NAMED}){_IS_SAID_OF}",
    rf"{_BEGINS}(?P<it>{_NAMED})(?=[,，、:\s]{{0,2}}(?:[男女][,，、\s]{{0,2}})?{_OF_NUMBERS}[是为:\s]{{0,3}}{_MASKED_NUMBER})",
    rf"{_BEGINS}(?P<it>{_WORDS}{_ALSO_WORDS}[{_SURNAMES}]{_TITLES}[{_HAN}](?![区镇县市省人村乡州路街])[{_HAN}])"
    r"(?=的(?:身份证|户口|医保|社保|护照|居住证|手机|电话|证件))",
    rf"(?P<it>{_NAMED})(?=[”\"」]?是(?:我|他|她)的?(?:名字|姓名|本名))",
    # 我老婆（沈佳宜）的社保
    rf"(?:{_SAID_OF}|先生|太太)[(（“\"「]{{1,2}}(?P<it>{_NAMED_WHOLE})(?=[)）”\"」])",
    rf"我(?:先生|太太)(?P<it>{_NAMED}){_IS_SAID_TO}",
    rf"(?:{_SAID_OF})[:\s]?(?P<it>{_WORDS}{_ALSO_WORDS}(?:(?:{_COMPOUND}|[{_SURNAMES_ALONE}]){_GIVEN}"
    rf"|[{_SURNAMES}]{_GIVEN}{_IS_SAID_TO}))",
)

_NUMBER = r"[0-9〇零一二三四五六七八九十百]"
_LIVES = (
    "(?:我们?家?住|家住|老家在?|租的房子?在|房子在|住在|现住|居住在|我们?家在|住址"
    "|户口(?:落?在|所在地)|户籍(?:所?在)?地?址?|家庭地址|租在|租住在|收货地址|通讯地址"
    "|(?<!国)家在|我家?的?地址|我的住处|门牌号?)"
)
# 3号线, 2号窗口 are everybody's.
_PART_OF_ADDRESS = rf"{_NUMBER}{{1,6}} ?(?:号楼|号院|号(?!线|窗|口|门|厅|航)|弄|巷|幢|栋|座|单元|组|队|门|室|房)"
_FLOOR = rf"(?:{_NUMBER}{{1,2}}[楼层])?"
# A line in front or behind that says who lives there: 〔姓名〕 〔手机号〕 浦东新区世纪大道1号2001, 人民大道200号住着.
_ROOMS = rf"(?:{_PART_OF_ADDRESS} ?){{1,6}}{_FLOOR}(?:\d{{1,5}}(?:室|房|户)?)?"
_STREET = (
    r"\d{1,5}[A-Za-z]? (?:[A-Z][A-Za-z']* ){1,4}(?:Road|Rd|Street|St|Avenue|Ave|Lane)\b"
    r"(?: (?:West|East|North|South|Middle)\b)?"
)
_DOOR = r"(?:[Rr]oom|[Rr]m|[Aa]pt|[Aa]partment|[Ff]lat|[Uu]nit)\.? ?[0-9A-Za-z-]{1,6}"
HOUSES = (
    rf"{_LIVES}[:是在为\s]{{0,3}}[^，。；！？,;!?\n\d]{{2,30}}?"
    rf"(?P<it>{_ROOMS}|\d{{1,4}}(?:-\d{{1,5}}){{1,3}}(?:号|室|房)?)",
    # 住浦东新区世纪大道100号3楼, 现居普陀区长寿路285号; no office is lived in, and none is gone to in the same breath.
    rf"(?:(?<![居现暂租常])住(?![房宅所建户院址宿证])|(?:现居|暂住|租住|常住)住?(?!证|人口|户|地|住))"
    rf"[^，。；！？,;!?\n\d请到去至往来]{{2,30}}?(?P<it>{_ROOMS})",
    rf"(?P<it>(?<![号弄]){_ROOMS})(?=住着|住了|居住)",
    rf"(?:[Ll]iv(?:e|ing) (?:at|on)|[Rr]esid(?:e|ing) at|[Aa]ddress(?: is|:)?) (?P<it>(?:No\. ?)?{_STREET}"
    rf"(?:,? {_DOOR})?)",
    # With a door or flat it is somebody's; a street and a number alone may be an office's.
    rf"(?P<it>{_DOOR},? {_STREET}|{_STREET}(?:, ?[A-Z][a-z]+)?,? {_DOOR})",
    # 水清路288弄西区17-602, 名邸北区3-201
    r"(?:〔地址〕|[苑园庭湾邸府城墅])[东南西北中][区块苑](?P<it>\d{1,3}-\d{3,4})(?!\d)",
)
HOUSE_OF_MASKED = (
    r"〔(?:姓名|手机号|座机号|证件号)〕[,，、;；/\s]{0,2}(?:地址)?[:是为\s]{0,3}"
    rf"[^，。；！？,;!?\n\d请到去至往来]{{2,30}}?(?P<it>{_ROOMS})"
)
