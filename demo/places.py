"""Offices (GB/T 2260 and below), posts and names that the city is made from."""

OfficeRow = tuple[str, str, str, str | None]  # code, name, level, code of the office above

OFFICES: tuple[OfficeRow, ...] = (
    ("51", "四川省社会保险管理局", "province", None),
    ("5101", "成都市社会保险事业管理局", "city", "51"),
    ("510104", "锦江区社会保险中心", "county", "5101"),
    ("510107", "武侯区社会保险中心", "county", "5101"),
    ("510104017", "春熙路街道", "town", "510104"),
    ("510107001", "浆洗街街道", "town", "510107"),
    ("510107009", "簇桥街道", "town", "510107"),
    ("510104017001", "总府路社区", "village", "510104017"),
    ("510107001201", "蜀汉街社区", "village", "510107001"),
    ("510107001002", "洗面桥社区", "village", "510107001"),
    ("510107009001", "锦城社区", "village", "510107009"),
)
COUNTIES = ("510107", "510104")
VILLAGES = {"510107": ("510107001201", "510107001002", "510107009001"), "510104": ("510104017001",)}

# user name, name shown, office, posts. Every chain can be completed; sun holds two posts, and two accounts.
STAFF = (
    ("li", "李文", "510107", ("caseworker",)), ("chen", "陈静", "510107", ("caseworker",)),
    ("wang", "王磊", "510107", ("reviewer",)), ("liu", "刘芳", "510107", ("reviewer",)),
    ("zhao", "赵敏", "510107", ("approver",)), ("sun", "孙涛", "510107", ("reviewer", "approver")),
    ("jin.li", "金莉", "510104", ("caseworker",)), ("jin.wang", "汪洋", "510104", ("reviewer",)),
    ("jin.zhao", "兆丰", "510104", ("approver",)),
    ("city.li", "黎明", "5101", ("caseworker",)), ("city.wang", "吴越", "5101", ("reviewer",)),
    ("city.zhao", "周正", "5101", ("approver",)), ("inspector", "严明", "5101", ("inspector",)),
    ("village.he", "何平", "510107001201", ("grassroots_officer",)),
    ("village.xu", "许晴", "510107001002", ("grassroots_officer",)),
    ("village.tan", "谭勇", "510107009001", ("grassroots_officer",)),
    ("village.shi", "石磊", "510104017001", ("grassroots_officer",)),
    ("sun.second", "孙涛", "510107", ("caseworker",)),
)
SAME_PERSON = {"sun.second": "sun"}
FOUNDERS = {"system_administrator": ("admin.system", "系统管理员"),
            "security_administrator": ("admin.security", "安全管理员"),
            "audit_administrator": ("admin.audit", "审计管理员")}

SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高梁郑谢宋唐许邓冯韩曹曾"
    "彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石"
)
GIVEN = ("秀英", "桂兰", "淑珍", "建国", "玉梅", "志强", "德明", "素芬", "国栋", "福生", "春华",
         "永康", "兰芝", "文彬", "世昌", "明", "芳", "勇", "静", "丽华", "长贵", "凤霞", "成林",
         "光荣", "桂珍", "家声", "义", "惠", "琼", "昌")
RARE = ("㛃", "䶮", "堃", "喆", "昇", "玥", "頔", "燊", "翀", "犇")
EMPLOYERS = ("成都第一纺织厂", "川西机械厂", "武侯运输公司", "锦江食品厂", "蓉城建筑公司", "")

# scheme, benefit, kinship, work capacity, monthly yuan, share of the city
BENEFITS = (
    ("企业职工", "养老金", "", "", 3200, 50), ("机关事业", "养老金", "", "", 5200, 12),
    ("城乡居民", "养老金", "", "", 260, 26), ("企业职工", "供养亲属", "配偶", "完全丧失", 1100, 6),
    ("工伤", "工伤定期待遇", "", "", 3900, 4), ("工伤", "供养亲属", "父母", "完全丧失", 1500, 2),
)
